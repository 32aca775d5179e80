// The calm after the storm: what must be true of a history when nothing goes wrong any more.
#include "world.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tenon::simulation {
namespace {

using host::access;
using host::result;
using host::sql_session;

// Longer than any operation, or wait of one; and for what is due: than the longest wait that began
// before, and one for the answer of who had it.
constexpr milliseconds winding_up{100'000};
constexpr milliseconds after_leases{900'000};  // and after the trouble with clocks
constexpr int calm_pace = 10;
constexpr milliseconds recovering{4'000};

}  // namespace

// One machine is enough to find everything right again: what others were at, it takes up.
void world::calm_down() {
    heal();
    const auto since = all_.time.now();
    run_until(all_.time.now() + winding_up);
    check_hands();
    check_due(since);
    for (std::size_t i = 0; i < machines_.size(); ++i) {
        crash(i);
    }
    // All access tokens are dead by then: nothing is spared any more.
    all_.time.skip(after_leases + std::chrono::seconds(all_.what.access_life_s));
    for (auto& one : machines_) {
        one->clock.skew = milliseconds(0);
    }
    all_.pace = 1;
    start(0);
    run_until(all_.time.now() + recovering);
}

void world::heal() {
    all_.calm = true;
    all_.pace = calm_pace;
    for (std::size_t i = 0; i < machines_.size(); ++i) {
        auto& one = *machines_[i];
        one.frozen_until = std::min(one.frozen_until, all_.time.now());
        if (machines_.size() > 1) {
            one.clock.skew = milliseconds(0);
        }
        if (!one.running) {
            start(i);
        }
    }
    all_.wire.clear();
    all_.storage.clear();
    all_.outage_until = all_.storage_away_until = {};
}

// Hosts that lived on had the time, and the storage, to record whatever answers they got.
void world::check_hands() {
    const auto& grants = watch_.grants();
    for (const auto& held : tokens_.in_hands()) {
        const bool wanted = std::ranges::any_of(grants, [&](const stored_grant& one) {
            return one.id == held.grant &&
                   tokens_.family_of_refresh(one.provider, one.refresh) == held.family;
        });
        if (wanted && tokens_.at(held.family).excuse.empty()) {
            all_.violated("an answer that a host had in its hands was not recorded");
        }
    }
}

// What was due is somebody's, and each had the time for it.
void world::check_due(time_point at) {
    if (!all_.clocks_agree) {
        return;
    }
    for (const auto& grant : watch_.grants()) {
        const auto which = tokens_.family_of_refresh(grant.provider, grant.refresh);
        const bool is_due = grant.live && grant.next_refresh_at && *grant.next_refresh_at < at;
        if (is_due && which && tokens_.must_live(*which)) {
            const auto lease = grant.lease_until.value_or(all_.begun) - all_.begun;
            all_.violated(
                "a grant was due for long, and no host has renewed it: " + grant.id + ", since " +
                std::to_string((*grant.next_refresh_at - all_.begun).count()) +
                " ms, leased until " + std::to_string(lease.count())
            );
        }
    }
}

void world::check_ending() {
    const auto grants = watch_.grants();  // they change as they are renewed
    for (const auto& grant : grants) {
        check_grant(grant);
    }
    watch_.check_gone();
    watch_.check_connections();
    check_intents();
    check_leaks();
}

// Each live grant can be renewed, each dead one has an excuse.
void world::check_grant(const stored_grant& grant) {
    const auto which = tokens_.family_of_refresh(grant.provider, grant.refresh);
    if (!which) {
        return all_.violated("a grant holds a refresh token that no provider issued");
    }
    if (!tokens_.at(*which).excuse.empty()) {
        return;
    }
    if (!grant.live) {
        return all_.violated("a grant is dead, and none of its answers was lost");
    }
    if (grant.refresh != tokens_.at(*which).current) {
        return all_.violated("a grant does not hold the newest refresh token at the end");
    }
    std::optional<host::result<host::shared_grant>> renewed;
    host::refresh_order order;
    order.org = host::org_id("org");
    order.grant = host::grant_id(grant.id);
    order.provider = host::provider_id(grant.provider);
    order.reason = host::refresh_reason::asked;
    boost::asio::co_spawn(
        machines_[0]->running->executor(), machines_[0]->running->refresh.refresh(std::move(order)),
        [&](std::exception_ptr failed, host::result<host::shared_grant> answer) {
            if (!failed) {
                renewed = std::move(answer);
            }
        }
    );
    run_until(all_.time.now() + milliseconds(2'000));
    if (!renewed || renewed->has_error()) {
        all_.violated(
            "a grant that nothing happened to can't be renewed: " +
            (renewed ? renewed->error().message : std::string("no answer"))
        );
    }
}

void world::check_intents() {
    auto count = [](sql_session& session) -> result<std::int64_t> {
        return run(session, "SELECT COUNT(*) FROM intents")[0].integer(0);
    };
    if (house_.db().as_service_now(access::read, count).value() != 0) {
        all_.violated("an intent is left that nobody works on");
    }
}

void world::check_leaks() {
    if (leaks(house_.database_bytes())) {
        all_.violated("the database holds a readable secret");
    }
}

}  // namespace tenon::simulation
