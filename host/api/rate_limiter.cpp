#include "api/rate_limiter.hpp"

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
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

// As other hosts and whoever looks into what they share know it: users and addresses by a hash.
auto shared_name(std::string_view limit, std::string_view subject) -> std::string {
    return std::string(limit) + ':' + to_base64url(sha256(subject).substr(0, 16));
}

auto refusal(limit_kind kind, milliseconds wait) -> error {
    const auto seconds =
        std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{1});
    const bool is_a_person = kind == limit_kind::connect || kind == limit_kind::callback;
    return error{
        errc::rate_limited,
        is_a_person ? too_many_attempts(seconds)
                    : "Too many requests. Wait for the seconds that Retry-After says, then go on.",
        seconds,
        {}};
}

}  // namespace

rate_limiter::rate_limiter(
    const clock& time, rate_limits limits, shared_limits* shared, std::size_t entries
)
    : time_(time),
      shared_(shared),
      connect_(limits.connect),
      logs_(entries),
      mutations_("change", limits.mutations, entries),
      reads_("read", limits.reads, entries),
      callbacks_("callback", limits.callbacks, entries),
      unknown_keys_("unknown-key", limits.unknown_keys, entries) {}

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
    return wait ? std::optional(refusal(kind, *wait)) : std::nullopt;
}

auto rate_limiter::admit_connect(std::string subject)
    -> boost::asio::awaitable<std::optional<error>> {
    // Counted here in any case: this is what stands while the others can't be asked.
    auto refused = admit(limit_kind::connect, subject);
    if (refused || shared_ == nullptr || connect_.count == 0) {
        co_return refused;
    }
    auto asking = shared_->slide(shared_name("connect", subject), connect_);
    const auto wait = co_await std::move(asking);
    if (wait.has_error() || *wait <= milliseconds(0)) {
        co_return std::nullopt;
    }
    take_back(subject);
    co_return refusal(limit_kind::connect, *wait);
}

auto rate_limiter::exchange() -> boost::asio::awaitable<void> {
    std::vector<untold> told;
    {
        const std::lock_guard lock(guard_);
        told.swap(untold_);
    }
    if (told.empty()) {
        co_return;
    }
    std::vector<spending> all;
    for (const auto& one : told) {
        const auto attempts = one.what->untold.exchange(0);
        all.push_back({shared_name(one.in->name, one.subject), attempts, one.in->limit});
    }
    auto telling = shared_->spend(std::move(all));
    const auto heard = co_await std::move(telling);
    if (heard.has_error()) {
        co_return;  // it was counted here
    }
    const auto now = std::chrono::nanoseconds(time_.now().time_since_epoch());
    for (std::size_t i = 0; i < told.size(); ++i) {
        const auto full_at = (now + heard->at(i)).count();
        auto& mine = told[i].what->full_at;
        auto known = mine.load();
        while (known < full_at && !mine.compare_exchange_weak(known, full_at)) {}
    }
}

auto rate_limiter::reach() const noexcept -> limit_reach {
    return shared_ == nullptr     ? limit_reach::host
           : shared_->reachable() ? limit_reach::hosts
                                  : limit_reach::host_for_now;
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

// What the other hosts did not let through was none.
void rate_limiter::take_back(std::string_view subject) {
    if (const auto found = logs_.find(subject)) {
        const std::lock_guard lock((*found)->guard);
        if (!(*found)->times.empty()) {
            (*found)->times.pop_back();
        }
    }
}

void rate_limiter::note(
    const counted& in, std::string_view subject, const std::shared_ptr<bucket>& what
) {
    if (what->untold.fetch_add(1) == 0) {
        const std::lock_guard lock(guard_);
        untold_.push_back({&in, std::string(subject), what});
    }
}

auto rate_limiter::pour(counted& into, std::string_view subject) -> std::optional<milliseconds> {
    if (into.limit.count == 0) {
        return std::nullopt;
    }
    const auto mine = entry_of(into.buckets, subject);
    const auto window = into.limit.window.count() * nanoseconds_per_millisecond;
    const auto drop =
        std::max<std::int64_t>(1, window / static_cast<std::int64_t>(into.limit.count));
    const auto now = time_.now().time_since_epoch().count() * nanoseconds_per_millisecond;
    auto level = mine->full_at.load(std::memory_order_relaxed);
    while (true) {
        const auto next = std::max(level, now) + drop;
        if (next - now > window) {
            const auto wait = next - now - window;
            return milliseconds{
                (wait + nanoseconds_per_millisecond - 1) / nanoseconds_per_millisecond};
        }
        if (mine->full_at.compare_exchange_weak(level, next, std::memory_order_relaxed)) {
            if (shared_ != nullptr) {
                note(into, subject, mine);
            }
            return std::nullopt;
        }
    }
}

}  // namespace tenon::host
