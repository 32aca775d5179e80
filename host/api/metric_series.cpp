#include "api/metric_series.hpp"

#include <algorithm>
#include <map>

namespace tenon::host {

auto metric_buckets() -> prometheus::Histogram::BucketBoundaries {
    return {0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
            0.05,    0.1,    0.25,   0.5,    1,     2.5,    5,     10,   30};
}

auto label_of(std::string_view text) -> std::string {
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    const bool good = !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_word);
    return good ? std::string(text) : "other";
}

route_metric::route_metric(
    prometheus::Family<prometheus::Counter>& counters,
    prometheus::Family<prometheus::Histogram>& histograms, const prometheus::Labels& labels
)
    : counters_(counters), labels_(labels), seconds_(histograms.Add(labels, metric_buckets())) {}

void route_metric::answered(unsigned status, double seconds) {
    const auto at = std::ranges::find(known_statuses, status) - known_statuses.begin();
    const auto index = std::min(static_cast<std::size_t>(at), known_statuses.size() - 1);
    auto* counter = by_status_[index].load(std::memory_order_acquire);
    if (counter == nullptr) {
        auto labels = labels_;
        labels.emplace(
            "status", index + 1 == known_statuses.size() ? "other" : std::to_string(status)
        );
        counter = &counters_.Add(labels);  // the same one for the same labels
        by_status_[index].store(counter, std::memory_order_release);
    }
    counter->Increment();
    seconds_.Observe(seconds);
}

void state_series::set(const std::vector<state_gauge>& counts) {
    std::map<prometheus::Gauge*, double> sums;
    for (const auto& one : counts) {
        const prometheus::Labels labels{
            {"provider", label_of(one.provider)}, {label_, label_of(one.state)}};
        sums[&gauges_.Add(labels)] += static_cast<double>(one.count);
    }
    const std::lock_guard lock(guard_);
    for (auto* series : known_) {
        if (!sums.contains(series)) {
            series->Set(0);
        }
    }
    known_.clear();
    for (const auto& [series, sum] : sums) {
        series->Set(sum);
        known_.push_back(series);
    }
}

}  // namespace tenon::host
