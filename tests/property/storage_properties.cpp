// What must hold of connections and states, whatever is done to them.
#include "base/json.hpp"
#include "gen.hpp"
#include "store/connection_grants.hpp"
#include "store/connections.hpp"
#include "store/pending_connects.hpp"
#include "support/any_engine.hpp"
#include "support/engines.hpp"

#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace tenon::test {

using namespace tenon::host;  // NOLINT: tests of that namespace

namespace {

auto at(std::int64_t ms) -> time_point {
    return time_point{milliseconds{ms}};
}

// Each case has an organization of its own: they don't see each other.
auto fresh_org() -> org_id {
    static int count = 0;
    return org_id("org-" + std::to_string(++count));
}

auto make_connection(
    const std::string& id, const std::string& user, const std::string& provider,
    const std::string& account
) -> connection_row {
    connection_row row;
    row.id = connection_id(id);
    row.user = user_id(user);
    row.provider = provider_id(provider);
    row.account = account_id(account);
    return row;
}

template <class Fn>
void transact(database& db, const org_id& org, Fn fn) {
    const auto outcome =
        db.with_org_now(org, access::write, [&](sql_session& session) -> host::result<void> {
            fn(session);
            return {};
        });
    RC_ASSERT(outcome.has_value());
}

using place = std::tuple<std::string, std::string, std::string>;  // user, provider, account

auto any_place() -> rc::Gen<place> {
    return rc::gen::tuple(
        one_of_few("user", 3), one_of_few("provider", 2),
        rc::gen::oneOf(one_of_few("account", 3), rc::gen::nonEmpty(any_text()))
    );
}

}  // namespace

TEST_CASE("there is at most one connection per user, provider and account", "[property]") {
    test_database store(any_engine());
    check_property("connecting and disconnecting in any order", [&] {
        std::map<place, std::string> expected;
        const auto steps = *rc::gen::container<std::vector<place>>(any_place());
        const auto org = fresh_org();
        transact(store.db(), org, [&](sql_session& session) {
            int number = 0;
            for (const auto& step : steps) {
                const auto& [user, provider, account] = step;
                const std::string id = org.text() + "." + std::to_string(++number);
                if (expected.contains(step) && *rc::gen::inRange(0, 3) == 0) {
                    const connection_id gone(expected[step]);
                    set_connection_state(
                        session, gone, connection_state::expired, std::string(leaving_reason), {}
                    );
                    RC_ASSERT(delete_leaving_connection(session, gone));
                    expected.erase(step);
                    continue;
                }
                const auto kept =
                    upsert_connection(session, make_connection(id, user, provider, account));
                const auto [known, is_new] = expected.emplace(step, id);
                RC_ASSERT(kept.id.text() == known->second);
            }
            const auto all = list_connections(session, {.limit = 1'000});
            RC_ASSERT(all.size() == expected.size());
            for (const auto& row : all) {
                const place where{row.user.text(), row.provider.text(), row.account.text()};
                RC_ASSERT(expected.at(where) == row.id.text());
            }
        });
    });
}

TEST_CASE("a user may have any number of accounts at one provider", "[property]") {
    test_database store(any_engine());
    check_property("each is found by its own account id", [&] {
        const auto accounts =
            *rc::gen::container<std::set<std::string>>(rc::gen::nonEmpty(any_text()));
        const auto org = fresh_org();
        transact(store.db(), org, [&](sql_session& session) {
            int number = 0;
            std::map<std::string, connection_id> ids;
            for (const auto& account : accounts) {
                const std::string id = org.text() + "." + std::to_string(++number);
                ids[account] =
                    upsert_connection(session, make_connection(id, "user", "provider", account)).id;
            }
            for (const auto& [account, id] : ids) {
                const auto found =
                    find_connection(session, user_id("user"), provider_id("provider"), account);
                RC_ASSERT(found.has_value());
                RC_ASSERT(found->id == id);
                RC_ASSERT(found->account.text() == account);
            }
            const auto rows =
                run(session, "SELECT COUNT(*) FROM connections WHERE org_id = $1", session.org());
            RC_ASSERT(rows[0].integer(0) == static_cast<std::int64_t>(accounts.size()));
        });
    });
}

TEST_CASE("metadata comes back byte for byte", "[property]") {
    test_database store(any_engine());
    check_property("any JSON, any Unicode but NUL", [&] {
        const auto metadata = *any_json_object();
        const auto reason = *any_text();
        RC_ASSERT(check_json(metadata).has_value());
        const auto org = fresh_org();
        auto row = make_connection(org.text(), "user", "provider", "account");
        row.metadata = metadata;
        row.state_reason = reason;
        transact(store.db(), org, [&](sql_session& session) {
            (void)upsert_connection(session, row);
        });
        const auto found = store->with_org_now(
            org, access::read,
            [&](sql_session& session) -> host::result<std::optional<connection_row>> {
                return find_connection(session, row.id);
            }
        );
        RC_ASSERT(found.has_value());
        RC_ASSERT((*found)->metadata == metadata);
        RC_ASSERT((*found)->state_reason == reason);
    });
}

TEST_CASE("nobody sees another user's or another organization's connections", "[property]") {
    test_database store(any_engine());
    check_property("by account, by id, by token or in a list", [&] {
        const std::vector<org_id> orgs{fresh_org(), fresh_org()};
        using owned = std::pair<int, place>;
        const auto made =
            *rc::gen::container<std::set<owned>>(rc::gen::pair(rc::gen::inRange(0, 2), any_place())
            );
        std::map<owned, connection_id> ids;
        for (int org = 0; org < 2; ++org) {
            const auto& id_of_org = orgs[static_cast<std::size_t>(org)];
            transact(store.db(), id_of_org, [&](sql_session& session) {
                for (const auto& one : made) {
                    const auto& [user, provider, account] = one.second;
                    if (one.first == org) {
                        const auto id = id_of_org.text() + "." + std::to_string(ids.size());
                        ids[one] =
                            upsert_connection(session, make_connection(id, user, provider, account))
                                .id;
                    }
                }
            });
        }
        for (int org = 0; org < 2; ++org) {
            transact(store.db(), orgs[static_cast<std::size_t>(org)], [&](sql_session& session) {
                for (const auto& row : list_connections(session, {.limit = 1'000})) {
                    const place where{row.user.text(), row.provider.text(), row.account.text()};
                    RC_ASSERT(ids.at({org, where}) == row.id);
                }
                for (const auto& [one, id] : ids) {
                    const auto& [user, provider, account] = one.second;
                    RC_ASSERT(find_connection(session, id).has_value() == (one.first == org));
                    for (const std::string asker : {"user-0", "user-1", "user-2"}) {
                        const bool mine = one.first == org && asker == user;
                        const user_id who(asker);
                        const provider_id at_provider(provider);
                        RC_ASSERT(
                            find_connection(session, who, at_provider, id.text()).has_value() ==
                            mine
                        );
                        RC_ASSERT(
                            find_connected_grant(session, who, at_provider, id.text(), "")
                                .has_value() == mine
                        );
                        const bool has_own = made.contains({org, {asker, provider, account}});
                        RC_ASSERT(
                            find_connection(session, who, at_provider, account).has_value() ==
                            has_own
                        );
                    }
                }
            });
        }
    });
}

TEST_CASE("a state is accepted once, while it is fresh, if it was issued", "[property]") {
    test_database store(any_engine());
    check_property("issued, not issued, used and expired ones in any order", [&] {
        struct step {
            int state;
            bool issue;
            int now;
        };
        const auto steps = *rc::gen::resize(
            25, rc::gen::container<std::vector<step>>(rc::gen::construct<step>(
                    rc::gen::inRange(0, 4), rc::gen::arbitrary<bool>(), rc::gen::inRange(0, 1'000)
                ))
        );
        const auto org = fresh_org();
        std::map<int, int> waiting;  // state -> expires at
        for (const auto& [state, issue, now] : steps) {
            pending_connect_row row;
            row.state_hash = org.text() + std::string(20, static_cast<char>('0' + state));
            row.expires_at = at(now + 300);
            if (issue && !waiting.contains(state)) {
                transact(store.db(), org, [&](sql_session& session) {
                    save_pending_connect(session, row);
                });
                waiting[state] = now + 300;
                continue;
            }
            const auto taken = store->as_service_now(
                access::write,
                [&, when = at(now)](sql_session& session) -> host::result<bool> {
                    return take_pending_connect(session, row.state_hash, when).has_value();
                }
            );
            RC_ASSERT(taken.has_value());
            RC_ASSERT(*taken == (waiting.contains(state) && now < waiting[state]));
            waiting.erase(state);
        }
    });
}

}  // namespace tenon::test
