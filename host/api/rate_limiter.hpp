// How often is too often. Bounded in memory; counts in this process, and with other hosts where
// they share their limits.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/lru.hpp"
#include "base/shared_limits.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

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

// For whom limits count now: this host, as configured; all hosts; this host, while what they share
// is gone.
enum class limit_reach { host, hosts, host_for_now };

class rate_limiter {
  public:
    // `entries`: how many subjects of each kind are remembered; the one that asked longest ago is
    // forgotten first. With `shared`, counts are those of all hosts.
    explicit rate_limiter(
        const clock& time, rate_limits limits = {}, shared_limits* shared = nullptr,
        std::size_t entries = 100'000
    );

    // Counts one attempt of the subject's and says whether it may go on; a refused one is not
    // counted. The error is rate_limited, with retry_after. Any thread; never blocks on anything
    // but a short lock. It goes by what this host knows: of connects, only its own.
    [[nodiscard]] auto admit(limit_kind kind, std::string_view subject) -> std::optional<error>;

    // The same for a connect, of all hosts: they are asked first, where they share their limits.
    auto admit_connect(std::string subject) -> boost::asio::awaitable<std::optional<error>>;

    // Tells the other hosts what was let through since the last time, and hears what they let
    // through of the same subjects. To be called again and again, not twice at once: the oftener,
    // the less is let through too much, which is then waited for. Nothing, where nothing is shared.
    auto exchange() -> boost::asio::awaitable<void>;

    [[nodiscard]] auto reach() const noexcept -> limit_reach;

    // Whether any limit is in force at all: what `/health` says.
    [[nodiscard]] auto enabled() const noexcept -> bool;

  private:
    struct log {  // of a sliding window: when those within it came
        std::mutex guard;
        std::deque<time_point> times;
    };
    struct bucket {
        // A generic cell rate: when it will be full again, in nanoseconds since the epoch.
        std::atomic<std::int64_t> full_at{0};
        std::atomic<std::uint64_t> untold{0};  // let through since the other hosts were told
    };
    struct counted {
        counted(const char* called, rate of, std::size_t entries)
            : name(called), limit(of), buckets(entries) {}
        const char* name;
        rate limit;
        lru_map<std::shared_ptr<bucket>> buckets;
    };
    struct untold {
        const counted* in;
        std::string subject;
        std::shared_ptr<bucket> what;
    };

    [[nodiscard]] auto slide(std::string_view subject) -> std::optional<milliseconds>;
    void take_back(std::string_view subject);
    [[nodiscard]] auto pour(counted& into, std::string_view subject) -> std::optional<milliseconds>;
    void note(const counted& in, std::string_view subject, const std::shared_ptr<bucket>& what);
    [[nodiscard]] auto counted_by(limit_kind kind) noexcept -> counted&;

    const clock& time_;
    shared_limits* shared_;
    rate connect_;
    lru_map<std::shared_ptr<log>> logs_;
    counted mutations_;
    counted reads_;
    counted callbacks_;
    counted unknown_keys_;
    std::mutex guard_;
    std::vector<untold> untold_;
};

}  // namespace tenon::host
