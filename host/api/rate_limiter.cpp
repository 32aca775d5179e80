#include "api/rate_limiter.hpp"

#include "oauth/redirect_outcome.hpp"

#include <algorithm>

namespace tenon::host {

namespace {

constexpr std::int64_t nanoseconds_per_millisecond = 1'000'000;

// The one that is there, or a new one: of two threads that come first at once, both get the same.
template <class Entry>
auto entry_of(lru_map<std::shared_ptr<Entry>>& map, std::string_view subject)
    -> std::shared_ptr<Entry> {
    if (auto found = map.find(subject)) {
        return *found;
    }
    auto fresh = std::make_shared<Entry>();
    map.put_if(subject, fresh, [](const auto&) { return false; });
    return map.find(subject).value_or(fresh);
}

}  // namespace

rate_limiter::rate_limiter(const clock& time, rate_limits limits, std::size_t entries)
    : time_(time),
      connect_(limits.connect),
      logs_(entries),
      mutations_(limits.mutations, entries),
      reads_(limits.reads, entries),
      callbacks_(limits.callbacks, entries),
      unknown_keys_(limits.unknown_keys, entries) {}

auto rate_limiter::enabled() const noexcept -> bool {
    return connect_.count + mutations_.limit.count + reads_.limit.count + callbacks_.limit.count +
               unknown_keys_.limit.count !=
           0;
}

auto rate_limiter::counted_by(limit_kind kind) noexcept -> counted& {
    switch (kind) {
        case limit_kind::mutation: return mutations_;
        case limit_kind::read: return reads_;
        case limit_kind::callback: return callbacks_;
        case limit_kind::unknown_key:
        case limit_kind::connect: break;
    }
    return unknown_keys_;
}

auto rate_limiter::admit(limit_kind kind, std::string_view subject) -> std::optional<error> {
    const auto wait =
        kind == limit_kind::connect ? slide(subject) : pour(counted_by(kind), subject);
    if (!wait) {
        return std::nullopt;
    }
    const auto seconds =
        std::max(std::chrono::ceil<std::chrono::seconds>(*wait), std::chrono::seconds{1});
    const bool is_a_person = kind == limit_kind::connect || kind == limit_kind::callback;
    return error{
        errc::rate_limited,
        is_a_person ? too_many_attempts(seconds)
                    : "Too many requests. Wait for the seconds that Retry-After says, then go on.",
        seconds,
        {}};
}

auto rate_limiter::slide(std::string_view subject) -> std::optional<milliseconds> {
    if (connect_.count == 0) {
        return std::nullopt;
    }
    const auto mine = entry_of(logs_, subject);
    const auto now = time_.now();
    const std::lock_guard lock(mine->guard);
    auto& times = mine->times;
    while (!times.empty() && times.front() + connect_.window <= now) {
        times.pop_front();
    }
    if (times.size() >= connect_.count) {
        return times.front() + connect_.window - now;
    }
    times.push_back(now);
    return std::nullopt;
}

auto rate_limiter::pour(counted& into, std::string_view subject) const
    -> std::optional<milliseconds> {
    if (into.limit.count == 0) {
        return std::nullopt;
    }
    const auto mine = entry_of(into.buckets, subject);
    const auto window = into.limit.window.count() * nanoseconds_per_millisecond;
    const auto drop =
        std::max<std::int64_t>(1, window / static_cast<std::int64_t>(into.limit.count));
    const auto now = time_.now().time_since_epoch().count() * nanoseconds_per_millisecond;
    auto level = mine->load(std::memory_order_relaxed);
    while (true) {
        const auto next = std::max(level, now) + drop;
        if (next - now > window) {
            const auto wait = next - now - window;
            return milliseconds{
                (wait + nanoseconds_per_millisecond - 1) / nanoseconds_per_millisecond};
        }
        if (mine->compare_exchange_weak(level, next, std::memory_order_relaxed)) {
            return std::nullopt;
        }
    }
}

}  // namespace tenon::host
