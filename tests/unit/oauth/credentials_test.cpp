// A connection by credentials that are good for a session at a time: stored sealed, and named by
// every later operation.
#include "oauth/connect_by_credentials.hpp"
#include "oauth/grant_secrets.hpp"
#include "oauth/profile.hpp"
#include "unit/oauth/verbs.hpp"
#include "unit/provider/fixture.hpp"

using namespace tenon::test;

namespace {

struct keyed_world : oauth_world {
    explicit keyed_world(sql_engine engine)
        : oauth_world(engine), mine(context_with({.http = &answers})) {
        providers.reload(in_process({std::string(TENON_TEST_PLUGINS) + "/good"}, {section("keyed")})
        );
        refresh = std::make_unique<refresher>(mine);
        tokens = std::make_unique<token_reader>(mine, *refresh);
    }

    auto connect_ann(std::map<std::string, std::string> credentials) -> result<connection_view> {
        credential_connect request;
        request.by = user("ann");
        request.provider = keyed;
        request.credentials = std::move(credentials);
        return run(connect_by_credentials(mine, std::move(request)));
    }

    auto token() -> result<token_answer> {
        token_request request;
        request.org = org_id("org");
        request.user = user_id("ann");
        request.which = {keyed, "7"};
        request.minimum_lifetime = seconds(60);
        return run(tokens->read(std::move(request)));
    }

    auto grant() -> std::optional<grant_row> {
        return transact(*this, [](sql_session& session) {
            const auto id = find_grant_id(session, keyed, account_id("7"), "main");
            return id ? find_grant(session, *id) : std::nullopt;
        });
    }

    static inline const provider_id keyed{"keyed"};
    scripted_http answers{time};
    oauth_context mine;
};

const std::map<std::string, std::string> given{
    {"user", "ann"}, {"password", "pass-word-1"}, {"pin", "4711"}};

}  // namespace

TEST_CASE("credentials are stored sealed, get the next session, and go with the connection") {
    keyed_world world(any_engine());
    world.answers.answer(200, "session-1");
    world.answers.answer(200, "7");
    const auto connected = world.connect_ann(given);
    REQUIRE(connected.has_value());
    CHECK(connected->account.text() == "7");
    CHECK(world.token()->access_token.reveal() == "session-1");

    const auto row = world.grant();
    REQUIRE(row);
    REQUIRE(row->credentials);
    CHECK(row->credentials->find("pass-word-1") == std::string::npos);
    CHECK_FALSE(row->refresh_token);
    CHECK(open_credentials(world.seal, *row)->at("pin").reveal() == "4711");

    world.time.advance(std::chrono::hours(2));
    world.answers.answer(200, "session-2");
    const auto renewed = world.token();
    REQUIRE(renewed.has_value());
    CHECK(renewed->access_token.reveal() == "session-2");
    CHECK(world.answers.seen.back().body == "pin=given");
    CHECK(world.grant()->credentials == row->credentials);

    world.answers.answer(200, "");
    const auto left = world.run(disconnect(world.mine, user("ann"), {keyed_world::keyed, "7"}));
    REQUIRE(left.has_value());
    CHECK(left->at(0).outcome == "revoked");
    CHECK(world.answers.seen.back().url == "https://api.keys.example.test/7");
    CHECK_FALSE(world.grant());
}

TEST_CASE("credentials that the provider refuses at the next session end the connection") {
    keyed_world world(any_engine());
    world.answers.answer(200, "session-1");
    world.answers.answer(200, "7");
    REQUIRE(world.connect_ann(given).has_value());
    world.time.advance(std::chrono::hours(2));
    world.answers.answer(401, "no");
    CHECK(world.token().error().code == errc::reconnect_required);
    CHECK(world.list(user("ann")).at(0).status == connection_status::expired);
}

TEST_CASE("what is filled in wrong, or refused, or of another account, stores nothing") {
    keyed_world world(any_engine());
    const auto incomplete = world.connect_ann({{"user", "ann"}, {"colour", "red"}});
    CHECK(incomplete.error().code == errc::invalid_request);
    CHECK(incomplete.error().details.size() == 2);
    CHECK(incomplete.error().details.at(1).field == "credentials.password");
    world.answers.answer(401, "pass-word-1 is wrong");
    const auto refused = world.connect_ann(given);
    CHECK(refused.error().code == errc::invalid_request);
    CHECK(refused.error().details.at(0).field == "credentials");
    CHECK(refused.error().message.find("pass-word-1") == std::string::npos);
    world.answers.answer(200, "session-1");
    world.answers.answer(200, "8");
    CHECK(world.connect_ann(given).error().code == errc::provider_error);
    CHECK(count(world, "grants") == 0);
    CHECK(count(world, "connections") == 0);
}
