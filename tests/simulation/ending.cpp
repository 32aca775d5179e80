// The calm after the storm: what must be true of a history when nothing goes wrong any more.
#include "store/audit.hpp"
#include "store/connections.hpp"
#include "world.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>

namespace tenon::simulation {
namespace {

using host::access;
using host::result;
using host::sql_session;

constexpr milliseconds winding_up{70'000};     // longer than any operation, or wait of one
constexpr milliseconds after_leases{900'000};  // and after the trouble with clocks
constexpr int calm_pace = 10;
constexpr milliseconds recovering{4'000};

// What the audit log says of each connection, the last time that it speaks of its state: not of
// what waits for a word, which is no connection yet, nor of its tokens.
auto told_of(sql_session& session) -> result<std::map<std::string, std::string>> {
    std::map<std::string, std::string> last;
    const auto rows =
        run(session,
            "SELECT connection_id, action FROM audit_log WHERE connection_id IS NOT NULL AND "
            "action NOT IN ('connection.parked', 'connection.discarded', 'revocation.ended') "
            "ORDER BY seq");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        last[rows[i].text(0)] = rows[i].text(1);
    }
    return last;
}

// Its revocation is owed, or the log says why there was none.
auto is_accounted_for(sql_session& session, const std::string& connection) -> bool {
    const auto owed =
        run(session, "SELECT 1 FROM owed_revocations WHERE connection_id = $1", connection);
    const auto told =
        run(session,
            "SELECT 1 FROM audit_log WHERE connection_id = $1 AND (detail LIKE '%\"failed\"%' OR "
            "detail LIKE '%\"kept\"%' OR detail LIKE '%\"given_up\"%')",
            connection);
    return !owed.empty() || !told.empty();
}

}  // namespace

// One machine is enough to find everything right again: what others were at, it takes up.
void world::calm_down() {
    heal();
    run_until(all_.time.now() + winding_up);
    check_hands();
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
    all_.wire.clear();
    all_.storage.clear();
    all_.outage_until = all_.storage_away_until = {};
}

// Hosts that lived on had the time, and the storage, to record whatever answers they got.
void world::check_hands() {
    const auto grants = watch_.grants();
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

void world::check_ending() {
    for (const auto& grant : watch_.grants()) {
        check_grant(grant);
    }
    check_gone();
    check_connections();
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
        return all_.violated(
            "a rotated refresh token is lost, though its answer was in the hands of a host"
        );
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

// What its users let go of is dead at its provider, or will be, or it is known why not.
void world::check_gone() {
    auto look = [this](sql_session& session) -> result<void> {
        for (const auto& one : watch_.gone()) {
            const auto which = tokens_.family_of_refresh(one.provider, one.refresh);
            const bool lives =
                which && !tokens_.at(*which).ended && tokens_.at(*which).excuse.empty();
            if (lives && !is_accounted_for(session, one.connection)) {
                all_.violated(
                    "a grant is gone, lives at its provider, and nobody owes its revocation"
                );
            }
        }
        return {};
    };
    const auto done = house_.db().with_org_now(host::org_id("org"), access::read, look);
    if (done.has_error()) {
        all_.violated("the database can't be read: " + done.error().message);
    }
}

void world::check_connections() {
    auto look = [this](sql_session& session) -> result<void> {
        const auto told = told_of(session);
        if (told.has_error()) {
            return told.error();
        }
        auto left = *told;
        for (const auto& row : list_connections(session, host::connection_query{})) {
            const auto found = left.find(row.id.text());
            if (found == left.end()) {
                all_.violated("the audit log knows nothing of a connection");
                return {};
            }
            const bool expired = row.state == host::connection_state::expired;
            if (expired != (found->second == "connection.expired")) {
                all_.violated(
                    "a connection is " + std::string(expired ? "expired" : "connected") +
                    ", and the audit log says " + found->second
                );
            }
            left.erase(found);
        }
        for (const auto& [id, action] : left) {
            if (action != "connection.disconnected") {
                all_.violated("a connection is gone, and the audit log says " + action);
            }
        }
        if (run(session, "SELECT COUNT(*) FROM intents")[0].integer(0) != 0) {
            all_.violated("an intent is left that nobody works on");
        }
        return {};
    };
    const auto done = house_.db().with_org_now(host::org_id("org"), access::read, look);
    if (done.has_error()) {
        all_.violated("the database can't be read: " + done.error().message);
    }
}

void world::check_leaks() {
    if (leaks(house_.database_bytes())) {
        all_.violated("the database holds a readable secret");
    }
}

}  // namespace tenon::simulation
