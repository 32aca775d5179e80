// How often is too often. Bounded in memory; counts in this process.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/lru.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace tenon::host {

// So many within the window. A count of 0: no limit.
struct rate {
    std::size_t count = 0;
    milliseconds window{1'000};
};

struct rate_limits {
    rate connect{10, milliseconds{15 * 60'000}};  // a user; an exact sliding window
    rate mutations{
        2'000, milliseconds{1'000}};            // a key; as all below, a bucket that refills evenly
    rate reads{50'000, milliseconds{1'000}};    // a key
    rate callbacks{120, milliseconds{60'000}};  // a client address
    rate unknown_keys{
        1'000, milliseconds{1'000}};  // a client address: looks into the database for keys
};

enum class limit_kind { connect, mutation, read, callback, unknown_key };

class rate_limiter {
  public:
    // `entries`: how many subjects of each kind are remembered; the one that asked longest ago is
    // forgotten first.
    explicit rate_limiter(
        const clock& time, rate_limits limits = {}, std::size_t entries = 100'000
    );

    // Counts one attempt of the subject's and says whether it may go on; a refused one is not
    // counted. The error is rate_limited, with retry_after. Any thread; never blocks on anything
    // but a short lock.
    [[nodiscard]] auto admit(limit_kind kind, std::string_view subject) -> std::optional<error>;

    // Whether any limit is in force at all: what `/health` says.
    [[nodiscard]] auto enabled() const noexcept -> bool;

  private:
    struct log {  // of a sliding window: when those within it came
        std::mutex guard;
        std::deque<time_point> times;
    };
    // A generic cell rate: when the bucket will be full again, in nanoseconds since the epoch.
    using bucket = std::atomic<std::int64_t>;
    struct counted {
        explicit counted(rate of, std::size_t entries) : limit(of), buckets(entries) {}
        rate limit;
        lru_map<std::shared_ptr<bucket>> buckets;
    };

    [[nodiscard]] auto slide(std::string_view subject) -> std::optional<milliseconds>;
    [[nodiscard]] auto pour(counted& into, std::string_view subject) const
        -> std::optional<milliseconds>;
    [[nodiscard]] auto counted_by(limit_kind kind) noexcept -> counted&;

    const clock& time_;
    rate connect_;
    lru_map<std::shared_ptr<log>> logs_;
    counted mutations_;
    counted reads_;
    counted callbacks_;
    counted unknown_keys_;
};

}  // namespace tenon::host
