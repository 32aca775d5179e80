// Parts of what `/metrics` counts. For metrics.cpp only.
#pragma once

#include "api/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <array>
#include <atomic>
#include <mutex>

namespace tenon::host {

[[nodiscard]] auto metric_buckets() -> prometheus::Histogram::BucketBoundaries;

// A label's value that came from a plugin: words, or nothing that would grow the series without
// end.
[[nodiscard]] auto label_of(std::string_view text) -> std::string;

// One route's counters, resolved once, so that counting an answer costs no look-up by labels.
class route_metric {
  public:
    route_metric(
        prometheus::Family<prometheus::Counter>& counters,
        prometheus::Family<prometheus::Histogram>& histograms, const prometheus::Labels& labels
    );
    void answered(unsigned status, double seconds);

  private:
    static constexpr std::array<unsigned, 23> known_statuses{
        200, 201, 202, 204, 303, 304, 400, 401, 403, 404, 405, 408,
        409, 413, 415, 429, 431, 500, 501, 502, 503, 504, 0 /* any other */};

    prometheus::Family<prometheus::Counter>& counters_;
    prometheus::Labels labels_;
    prometheus::Histogram& seconds_;
    std::array<std::atomic<prometheus::Counter*>, known_statuses.size()> by_status_{};
};

// Gauges by provider and state, which are replaced as a whole.
class state_series {
  public:
    // `label`: what the state is called.
    state_series(prometheus::Family<prometheus::Gauge>& gauges, std::string label)
        : gauges_(gauges), label_(std::move(label)) {}

    // What a pair is named with is added up; one that is no longer named reads 0.
    void set(const std::vector<state_gauge>& counts);

  private:
    prometheus::Family<prometheus::Gauge>& gauges_;
    std::string label_;
    std::mutex guard_;
    std::vector<prometheus::Gauge*> known_;
};

}  // namespace tenon::host
