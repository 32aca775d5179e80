// A refresh whose tokens came, and which failed after that: they are the only good ones.
#include "oauth/connect_by_credentials.hpp"
#include "oauth/recovery.hpp"
#include "unit/oauth/verbs.hpp"
#include "unit/provider/fixture.hpp"

using namespace tenon::test;

namespace {

struct stepwise_world : oauth_world {
    explicit stepwise_world(sql_engine engine)
        : oauth_world(engine), mine(context_with({.http = &answers})) {
        providers.reload(
            in_process({std::string(TENON_TEST_PLUGINS) + "/good"}, {section("stepwise")})
        );
        refresh = std::make_unique<refresher>(mine);
        tokens = std::make_unique<token_reader>(mine, *refresh);
        grant_tokens("access-1", "refresh-1");
        credential_connect request;
        request.by = user("ann");
        request.provider = stepwise;
        request.credentials = {{"key", "key-12345"}};
        const auto done = run(connect_by_credentials(mine, std::move(request)));
        REQUIRE(done.has_value());
        time.advance(std::chrono::hours(2));
    }

    void grant_tokens(const std::string& access, const std::string& refresh_token) {
        const nlohmann::json body{
            {"access_token", access},
            {"refresh_token", refresh_token},
            {"token_type", "Bearer"},
            {"expires_in", 3600}};
        answers.answer(200, body.dump(), {{"content-type", "application/json"}});
    }
    auto read() -> result<token_answer> {
        token_request request;
        request.org = org_id("org");
        request.user = user_id("ann");
        request.which = {stepwise, "7"};
        request.minimum_lifetime = seconds(60);
        return run(tokens->read(std::move(request)));
    }
    // How often a token request was made with that refresh token.
    auto uses_of(const std::string& refresh_token) const -> std::ptrdiff_t {
        return std::ranges::count_if(answers.seen, [&](const outbound_request& one) {
            return one.body.find("refresh_token=" + refresh_token) != std::string::npos;
        });
    }

    static inline const provider_id stepwise{"stepwise"};
    scripted_http answers{time};
    oauth_context mine;
};

}  // namespace

TEST_CASE("tokens that came before a refresh failed are stored by the next attempt, unasked") {
    stepwise_world world(any_engine());
    world.grant_tokens("access-2", "refresh-2");
    world.answers.answer(503, "");
    CHECK(world.read().has_error());
    CHECK(count(world, "intents") == 1);

    world.time.advance(std::chrono::minutes(10));
    world.answers.answer(200, "read write");
    const auto renewed = world.read();
    REQUIRE(renewed.has_value());
    CHECK(renewed->access_token.reveal() == "access-2");
    CHECK(world.uses_of("refresh-1") == 1);
    CHECK(count(world, "intents") == 0);

    world.time.advance(std::chrono::hours(2));
    world.grant_tokens("access-3", "refresh-3");
    world.answers.answer(200, "read write");
    REQUIRE(world.read().has_value());
    CHECK(world.uses_of("refresh-2") == 1);
}

TEST_CASE("what failed after its tokens came is not tried before its time by who takes up the rest"
) {
    stepwise_world world(any_engine());
    world.grant_tokens("access-2", "refresh-2");
    world.answers.answer(429, "", {{"retry-after", "600"}});
    CHECK(world.read().has_error());
    const auto asked = world.answers.seen.size();
    world.time.advance(world.mine.options.lease);
    world.run(recover_intents(world.mine, *world.refresh, false));
    CHECK(world.answers.seen.size() == asked);
    CHECK(count(world, "intents") == 1);

    world.time.advance(std::chrono::minutes(15));
    world.answers.answer(200, "read write");
    world.run(recover_intents(world.mine, *world.refresh, false));
    CHECK(world.uses_of("refresh-1") == 1);
    CHECK(world.read()->access_token.reveal() == "access-2");
}
