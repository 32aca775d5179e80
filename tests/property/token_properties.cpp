// What must hold of tokens, whatever accounts, lifetimes and times come.
#include "oauth/disconnect.hpp"
#include "oauth_cases.hpp"
#include "store/grants.hpp"

namespace tenon::test {

namespace {

auto has_grant(oauth_world& world, const actor& by, const std::string& account) -> bool {
    auto look = [&](sql_session& session) -> result<bool> {
        return find_grant_id(session, acme, account_id(account), "main").has_value();
    };
    return world.store->with_org_now(by.org, access::read, look).value();
}

}  // namespace

TEST_CASE("a refresh keeps the connection and adds one to its generation", "[property]") {
    oauth_world world(any_engine());
    check_property("any number of refreshes at any times", [&] {
        world.forget_the_past();
        const auto by = someone(any_user());
        const auto account = any_account();
        world.connect(by, account);
        const auto before = world.list(by).at(0);
        auto token = world.read(by, account, seconds(0)).value();
        const int refreshes = *rc::gen::inRange(1, 4);
        for (int i = 0; i < refreshes; ++i) {
            world.time.advance(span_of(1, 7'200));
            const auto report = world.run(world.refresh->refresh_connection(by, {acme, account}));
            RC_ASSERT(report.value().refreshed);
            auto renewed = world.read(by, account, seconds(0)).value();
            RC_ASSERT(renewed.generation == token.generation + 1);
            RC_ASSERT(!renewed.access_token.equals(token.access_token));
            RC_ASSERT(renewed.scope == token.scope);
            token = std::move(renewed);
        }
        const auto after = world.list(by).at(0);
        RC_ASSERT(after.id == before.id);
        RC_ASSERT(after.account == before.account);
        RC_ASSERT(after.metadata_json == before.metadata_json);
        RC_ASSERT(after.scope == before.scope);
        RC_ASSERT(after.created_at == before.created_at);
        RC_ASSERT(after.status == connection_status::connected);
        RC_ASSERT(world.scene.count().refresh_reuses == 0U);
    });
}

TEST_CASE("disconnecting removes every credential, a shared one with its last user", "[property]") {
    oauth_world world(any_engine());
    check_property("users of one account leave in any order", [&] {
        world.forget_the_past();
        const auto sealed_before = sealed_values(world);
        const auto account = any_account();
        auto by = someone("");
        std::vector<std::string> users;
        for (int left = *rc::gen::inRange(1, 5); left > 0; --left) {
            const auto at = *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(users) + 1);
            users.insert(users.begin() + at, "user-" + std::to_string(left));
        }
        for (const auto& user : users) {
            by.user = user_id(user);
            world.connect(by, account);
        }
        while (!users.empty()) {
            RC_ASSERT(has_grant(world, by, account));
            by.user = user_id(users.back());
            users.pop_back();
            const auto ended = world.run(disconnect(world.context, by, {acme, account})).value();
            RC_ASSERT(ended.size() == 1U);
            RC_ASSERT(ended[0].outcome == (users.empty() ? "revoked" : "kept"));
            RC_ASSERT(world.list(by).empty());
            const auto token = world.read(by, account, seconds(0));
            RC_ASSERT(token.error().code == errc::not_found);
            for (const auto& user : users) {
                const actor other{by.org, user_id(user), "test", {}};
                const auto theirs = world.read(other, account, seconds(0));
                RC_ASSERT(!world.userinfo(theirs.value().access_token).is_null());
            }
        }
        RC_ASSERT(!has_grant(world, by, account));
        RC_ASSERT(sealed_values(world) == sealed_before);
    });
}

TEST_CASE("a dead token is never answered", "[property]") {
    oauth_world world(any_engine());
    check_property("tokens and refresh tokens of any lifetime, read at any times", [&] {
        world.forget_the_past();
        const auto life = span_of(2, 7'200);
        const auto refresh_life = span_of(0, 1) == seconds(0) ? seconds(0) : span_of(10, 9'000);
        RC_ASSERT(world.scene
                      .configure(
                          {{"access_lifetime_s", life.count()},
                           {"refresh_lifetime_s", refresh_life.count()}}
                      )
                      .empty());
        const auto by = someone("alice");
        world.connect(by, "u1");
        const int reads = *rc::gen::inRange(1, 6);
        for (int i = 0; i < reads; ++i) {
            // To the very end of a token, too.
            world.time.advance(*rc::gen::arbitrary<bool>() ? life : span_of(0, 9'000));
            const auto token = world.read(by, "u1", span_of(0, 300));
            if (token.has_value()) {
                RC_ASSERT(!world.userinfo(token->access_token).is_null());
                RC_ASSERT(token->expires_at.value() > world.time.now());
            } else {
                RC_ASSERT(token.error().code == errc::reconnect_required);
                RC_ASSERT(world.list(by).at(0).status == connection_status::expired);
                RC_ASSERT(refresh_life != seconds(0));
            }
        }
        RC_ASSERT(world.scene.count().refresh_reuses == 0U);
    });
}

TEST_CASE("what is shown is what the provider answered", "[property]") {
    oauth_world world(any_engine());
    check_property("any account, scopes and lifetime", [&] {
        world.forget_the_past();
        const auto life = span_of(100, 100'000);
        RC_ASSERT(
            world.scene.configure({{"access_lifetime_s", life.count()}, {"refresh_lifetime_s", 0}}
            ).empty()
        );
        const auto by = someone(any_user());
        const auto account = any_account();
        std::vector<std::string> scopes{"openid"};
        for (const std::string scope : {"profile", "email", "offline_access"}) {
            if (*rc::gen::arbitrary<bool>()) {
                scopes.push_back(scope);
            }
        }
        const auto id = world.connect(by, account, scopes);
        const auto shown = world.list(by).at(0);
        RC_ASSERT(shown.id == id);
        RC_ASSERT(shown.account.text() == account);
        RC_ASSERT(shown.scope == sim::join(scopes, " "));
        RC_ASSERT(shown.expires_at.value() == world.time.now() + life);
        const auto token = world.read(by, account, seconds(0)).value();
        RC_ASSERT(token.expires_at == shown.expires_at);
        RC_ASSERT(token.scope == shown.scope);
        const auto theirs = world.userinfo(token.access_token);
        const auto ours = nlohmann::json::parse(profile_of(world, by, account).value().json);
        RC_ASSERT(ours.at("raw") == theirs);
        RC_ASSERT(ours.at("accountId") == theirs.at("sub"));
    });
}

}  // namespace tenon::test
