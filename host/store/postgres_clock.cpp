#include "store/postgres_clock.hpp"

#include "base/log.hpp"

#include <cstdlib>

namespace tenon::host {

namespace {

constexpr std::chrono::seconds asked_every{1};
constexpr auto server_time = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

auto wall_ms() -> std::int64_t {
    return system_clock().now().time_since_epoch().count();
}

auto steady_ms() -> std::int64_t {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(now).count();
}

auto is_too_far(std::int64_t apart_ms) -> bool {
    return std::abs(apart_ms) > clocks_agree_within.count();
}

auto told(std::int64_t ahead_ms) -> std::string {
    const auto seconds = std::to_string((std::abs(ahead_ms) + 500) / 1'000);
    const auto bound = std::to_string(clocks_agree_within.count() / 1'000);
    return "this host's clock is " + seconds + " s " + (ahead_ms > 0 ? "ahead of" : "behind") +
           " the database's; they must agree within " + bound + " s: set the wrong one right";
}

}  // namespace

void postgres_clock::check(postgres_seat& seat) {
    if (is_due()) {
        // The first session may have ended long ago.
        const bool looked = look(seat) || look(seat);
        if (!looked) {
            next_ = 0;  // the transaction tells
        }
    }
    if (const auto ahead = ahead_ms_.load(); is_too_far(ahead)) {
        throw storage_failure(fail(errc::storage_unavailable, told(ahead)));
    }
}

// False: the session was lost.
auto postgres_clock::look(postgres_seat& seat) -> bool {
    try {
        bool fresh = false;
        auto& link = seat.link(fresh);
        link.wait_for_answers(patience::bounded);
        const auto asked = wall_ms();
        const auto server = link.send(server_time)[0].integer(0);
        const auto answered = wall_ms();
        // The server looked at some time between the two.
        note(milliseconds(
            server < asked ? asked - server : std::min<std::int64_t>(0, answered - server)
        ));
        return true;
    } catch (const postgres_lost&) {
        seat.drop();
        return false;
    } catch (const storage_failure&) {
        next_ = 0;
        throw;
    }
}

auto postgres_clock::is_due() -> bool {
    const auto now = steady::now();
    auto next = next_.load();
    const bool was_set = next != 0 && is_too_far(wall_ms() - steady_ms() - since_boot_ms_.load());
    if (!was_set && now.time_since_epoch().count() < next) {
        return false;
    }
    const auto after = (now + asked_every).time_since_epoch().count();
    return next_.compare_exchange_strong(next, after) || was_set;
}

void postgres_clock::note(milliseconds ahead) {
    since_boot_ms_ = wall_ms() - steady_ms();
    const bool was_far = is_too_far(ahead_ms_.exchange(ahead.count()));
    if (is_too_far(ahead.count()) != was_far) {
        log(was_far ? log_level::info : log_level::error, "database_clock",
            {{log_key::detail, was_far ? "the clocks agree again" : told(ahead.count())}});
    }
}

}  // namespace tenon::host
