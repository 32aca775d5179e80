// What must hold of sealed values and of what lies beside them in the rows, whatever is stored.
#include "api/view_json.hpp"
#include "crypto/hash.hpp"
#include "oauth/disconnect.hpp"
#include "oauth/landing.hpp"
#include "oauth/sealing.hpp"
#include "oauth_cases.hpp"
#include "store/grants.hpp"
#include "store/keyring_rows.hpp"

#include <array>

namespace tenon::test {

namespace {

struct column {
    const char* name;
    sealed_column sealed;
};

constexpr std::array grant_columns{
    column{"access_token", sealed_column::grant_access_token},
    column{"refresh_token", sealed_column::grant_refresh_token},
    column{"id_token", sealed_column::grant_id_token}};
constexpr std::array pending_columns{
    column{"verifier", sealed_column::pending_verifier},
    column{"nonce", sealed_column::pending_nonce}};

template <class Fn>
auto in_org(oauth_world& world, const org_id& org, Fn fn) {
    auto done = world.store->with_org_now(
        org, access::write,
        [&](sql_session& session) -> result<decltype(fn(session))> { return fn(session); }
    );
    return std::move(done.value());
}

// One sealed value: where it is, and which column of that table.
struct place {
    org_id org;
    std::string table;
    std::string key_column;
    sql_value key;
    std::string row;  // what it is bound to
    column which;
};

auto read_value(oauth_world& world, const place& from) -> std::string {
    return in_org(world, from.org, [&](sql_session& session) {
        const auto rows =
            run(session,
                "SELECT " + std::string(from.which.name) + " FROM " + from.table +
                    " WHERE org_id = $1 AND " + from.key_column + " = $2",
                from.org, from.key);
        return rows[0].bytes(0);
    });
}

void write_value(oauth_world& world, const place& into, const std::string& value) {
    in_org(world, into.org, [&](sql_session& session) {
        run(session,
            "UPDATE " + into.table + " SET " + into.which.name + " = $3 WHERE org_id = $1 AND " +
                into.key_column + " = $2",
            into.org, into.key, blob{value});
        return 0;
    });
}

auto opens(oauth_world& world, const place& from) -> bool {
    const auto sealed = read_value(world, from);
    return open_from(world.seal, from.org, from.row, from.which.sealed, sealed).has_value();
}

// Any other place: of another row or column, or both.
void check_swapped(oauth_world& world, const place& one, const place& other) {
    RC_ASSERT(opens(world, one));
    RC_ASSERT(opens(world, other));
    const auto ours = read_value(world, one);
    const auto theirs = read_value(world, other);
    write_value(world, one, theirs);
    write_value(world, other, ours);
    RC_ASSERT(!opens(world, one));
    RC_ASSERT(!opens(world, other));
}

auto grant_place(oauth_world& world, const actor& by, const std::string& account, column which)
    -> place {
    const auto id = in_org(world, by.org, [&](sql_session& session) {
        return find_grant_id(session, acme, account_id(account), "main").value();
    });
    return {by.org, "grants", "id", to_sql(id), id.text(), which};
}

auto any_column() -> column {
    return grant_columns.at(*rc::gen::inRange<std::size_t>(0, grant_columns.size()));
}

auto landing_with(const actor& by, const std::string& account, const std::string& metadata)
    -> landing {
    landing what;
    what.by = by;
    what.provider = acme;
    what.client_id = "demo-client";
    what.account = account_id(account);
    what.metadata = metadata;
    what.action = "connection.connected";
    granted tokens;
    tokens.access_token = secret("access");
    what.grants.push_back(std::move(tokens));
    return what;
}

}  // namespace

TEST_CASE("a sealed value opens only in its own row and column", "[property]") {
    oauth_world world(any_engine());
    check_property("any two values, swapped in the database", [&] {
        world.forget_the_past();
        const auto by = someone(any_user());
        const auto other = *rc::gen::arbitrary<bool>() ? by : someone(any_user());
        world.connect(by, "u1");
        world.connect(other, "u2");
        const bool same_row = *rc::gen::arbitrary<bool>();
        const auto ours = any_column();
        const auto theirs = any_column();
        RC_PRE(!same_row || ours.sealed != theirs.sealed);
        const auto refreshes = world.scene.count().refreshes;
        const auto one = grant_place(world, by, "u1", ours);
        check_swapped(
            world, one,
            same_row ? grant_place(world, by, "u1", theirs)
                     : grant_place(world, other, "u2", theirs)
        );
        world.cache.forget_all();
        const auto is_swapped = [&](sealed_column which) {
            return ours.sealed == which || (same_row && theirs.sealed == which);
        };
        const auto token = world.read(by, "u1", seconds(0));
        RC_ASSERT(token.has_error() == is_swapped(sealed_column::grant_access_token));
        const auto renewed = world.run(world.refresh->refresh_connection(by, {acme, "u1"}));
        if (is_swapped(sealed_column::grant_refresh_token)) {
            RC_ASSERT(renewed.has_error());
            RC_ASSERT(world.scene.count().refreshes == refreshes);
        }
    });
}

TEST_CASE("a flow's sealed values are of no use to another flow", "[property]") {
    oauth_world world(any_engine());
    check_property("verifiers and nonces, swapped between flows", [&] {
        world.forget_the_past();
        const auto by = someone(any_user());
        const auto begun = world.begin(by);
        const auto also = world.begin(by);
        const auto at = [&](const connect_started& flow, column which) {
            const auto hash = sha256(flow.state);
            return place{by.org, "pending_connects", "state_hash", to_sql(blob{hash}), to_hex(hash),
                         which};
        };
        const auto any_of_both = [] {
            return pending_columns.at(*rc::gen::inRange<std::size_t>(0, pending_columns.size()));
        };
        const bool same_row = *rc::gen::arbitrary<bool>();
        const auto ours = any_of_both();
        const auto theirs = any_of_both();
        RC_PRE(!same_row || ours.sealed != theirs.sealed);
        check_swapped(world, at(begun, ours), at(same_row ? begun : also, theirs));
        const auto outcome = world.finish(world.consent(begun, any_account()));
        RC_ASSERT(outcome.value().location.find("status=error") != std::string::npos);
        RC_ASSERT(world.scene.count().exchanges == 0U);
        RC_ASSERT(world.list(by).empty());
    });
}

TEST_CASE("metadata is shown byte for byte as it was told", "[property]") {
    oauth_world world(any_engine());
    check_property("any JSON object and any account", [&] {
        const auto by = someone(any_user());
        const auto account = *rc::gen::nonEmpty(any_text());
        const auto metadata = *any_json_object();
        const auto landed = world.run(land(world.context, landing_with(by, account, metadata)));
        RC_ASSERT(landed.value().metadata == metadata);
        const auto shown = world.list(by).at(0);
        RC_ASSERT(shown.metadata_json == metadata);
        RC_ASSERT(connection_json(shown).find("\"metadata\":" + metadata) != std::string::npos);
    });
}

TEST_CASE("disconnecting removes the credentials of every slot", "[property]") {
    oauth_world world(any_engine());
    check_property("an account with any slots", [&] {
        world.forget_the_past();
        auto count = [](sql_session& session) -> result<std::int64_t> {
            return count_sealed(session);
        };
        const auto before = world.store->as_service_now(access::read, count).value();
        const auto by = someone(any_user());
        auto what = landing_with(by, "u1", "{}");
        const int slots = *rc::gen::inRange(0, 4);
        for (int i = 0; i < slots; ++i) {
            auto more = what.grants.front();
            more.slot = "slot-" + std::to_string(i);
            more.refresh_token = secret("refresh");
            what.grants.push_back(std::move(more));
        }
        RC_ASSERT(world.run(land(world.context, what)).has_value());
        RC_ASSERT(world.store->as_service_now(access::read, count).value() > before);
        const auto ended = world.run(disconnect(world.context, by, {acme, "u1"})).value();
        RC_ASSERT(std::ssize(ended) == slots + 1);
        RC_ASSERT(world.store->as_service_now(access::read, count).value() == before);
    });
}

}  // namespace tenon::test
