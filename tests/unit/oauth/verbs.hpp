// What the tests of the verbs have in common: a world on any engine, an actor, a look at the rows.
#pragma once

#include "oauth/confirm.hpp"
#include "oauth/disconnect.hpp"
#include "oauth/landing.hpp"
#include "oauth/recovery.hpp"
#include "store/audit.hpp"
#include "store/grants.hpp"
#include "support/any_engine.hpp"
#include "support/catch.hpp"
#include "support/oauth_world.hpp"

namespace tenon::test {

using namespace tenon::host;  // NOLINT: tests of that namespace
using std::chrono::seconds;

inline auto user(const std::string& name) -> actor {
    return {org_id("org"), user_id(name), "test", {}};
}

template <class Fn>
auto transact(oauth_world& world, Fn fn) {
    auto done = world.store->with_org_now(
        org_id("org"), access::write,
        [&](sql_session& session) -> result<decltype(fn(session))> { return fn(session); }
    );
    return std::move(done.value());
}

inline auto grant_of(oauth_world& world, const std::string& account) -> std::optional<grant_row> {
    return transact(world, [&](sql_session& session) {
        const auto id = find_grant_id(session, acme, account_id(account), "main");
        return id ? find_grant(session, *id) : std::nullopt;
    });
}

inline auto count(oauth_world& world, const std::string& table) -> std::int64_t {
    return transact(world, [&](sql_session& session) {
        return run(session, "SELECT COUNT(*) FROM " + table)[0].integer(0);
    });
}

// Rows that looks across organizations go by.
inline void add_organizations(oauth_world& world, const std::vector<std::string>& ids = {"org"}) {
    transact(world, [&](sql_session& session) {
        for (const auto& id : ids) {
            run(session, "INSERT INTO organizations (id, name, created_at) VALUES ($1, '', 1)", id);
        }
        return 0;
    });
}

inline auto lines_of(oauth_world& world, const std::string& action) -> std::vector<audit_row> {
    return transact(world, [&](sql_session& session) {
        return list_audit(session, {.action = action});
    });
}

// What was granted for an account, and is to be stored or discarded.
inline auto granted_landing(const actor& by, const std::string& account) -> landing {
    landing what;
    what.by = by;
    what.provider = acme;
    what.client_id = "demo-client";
    what.account = account_id(account);
    granted tokens;
    tokens.access_token = secret("token");
    what.grants.push_back(std::move(tokens));
    return what;
}

}  // namespace tenon::test
