// Rows to test with, and short ways into transactions.
#pragma once

#include "store/connection_grants.hpp"
#include "store/connections.hpp"
#include "store/database.hpp"
#include "store/erasures.hpp"
#include "store/grants.hpp"
#include "support/any_engine.hpp"
#include "support/catch.hpp"
#include "support/engines.hpp"
#include "support/result.hpp"

#include <string>

namespace tenon::test {

using namespace tenon::host;  // NOLINT: tests of that namespace

inline const org_id org_a("org-a");
inline const org_id org_b("org-b");
inline const erased_user erased_ann{user_id("ann"), std::string(32, 'a')};

[[nodiscard]] inline auto at(std::int64_t ms) -> time_point {
    return time_point{milliseconds{ms}};
}

[[nodiscard]] auto sample_connection(
    const std::string& id, const std::string& user = "user-1",
    const std::string& account = "account-1", const std::string& provider = "slack"
) -> connection_row;

[[nodiscard]] auto sample_grant(
    const std::string& id, const std::string& account = "account-1", const std::string& slot = "",
    const std::string& provider = "slack"
) -> grant_row;

inline void put(sql_session& session, const grant_row& row) {
    (void)*upsert_grant(session, row);
}
inline void insert(sql_session& session, const std::string& id, const std::string& account) {
    (void)upsert_connection(session, sample_connection(id, "user-1", account));
}

// Runs a function that returns a plain value, or nothing, in a transaction, and requires success.
template <class Fn>
auto in_org(database& db, const org_id& org, access mode, Fn fn) {
    using value = std::invoke_result_t<Fn&, sql_session&>;
    auto outcome = db.with_org_now(org, mode, [&](sql_session& session) -> host::result<value> {
        if constexpr (std::is_void_v<value>) {
            fn(session);
            return {};
        } else {
            return fn(session);
        }
    });
    if (!outcome) {
        FAIL(code_of(outcome.error().code) << ": " << outcome.error().message);
    }
    return *std::move(outcome);
}

// Of the session's organization.
[[nodiscard]] inline auto count_rows(sql_session& session, const std::string& table)
    -> std::int64_t {
    const auto statement = "SELECT COUNT(*) FROM " + table + " WHERE org_id = $1";
    return run(session, statement, session.org())[0].integer(0);
}
[[nodiscard]] inline auto count_connections(sql_session& session) -> std::int64_t {
    return count_rows(session, "connections");
}

// It is leaving from then on.
inline void leave(sql_session& session, const std::string& id, time_point when = at(2)) {
    set_connection_state(
        session, connection_id(id), connection_state::expired, std::string(leaving_reason), when
    );
}

template <class Fn>
auto writing(database& db, Fn fn) {
    return in_org(db, org_a, access::write, std::move(fn));
}

template <class Fn>
auto reading(database& db, Fn fn) {
    return in_org(db, org_a, access::read, std::move(fn));
}

template <class Fn>
auto as_service(database& db, access mode, Fn fn) {
    using value = std::invoke_result_t<Fn&, sql_session&>;
    auto outcome = db.as_service_now(mode, [&](sql_session& session) -> host::result<value> {
        if constexpr (std::is_void_v<value>) {
            fn(session);
            return {};
        } else {
            return fn(session);
        }
    });
    if (!outcome) {
        FAIL(code_of(outcome.error().code) << ": " << outcome.error().message);
    }
    return *std::move(outcome);
}

// The code that a function's failure comes out as; fails the test if there is none.
template <class Fn>
auto refused(database& db, access mode, Fn fn) -> errc {
    auto outcome = db.with_org_now(org_a, mode, [&](sql_session& session) -> host::result<void> {
        fn(session);
        return {};
    });
    REQUIRE_FALSE(outcome);
    return outcome.error().code;
}

}  // namespace tenon::test
