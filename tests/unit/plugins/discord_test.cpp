#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto discord() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("discord");
}

constexpr auto agent =
    "DiscordBot (https://discord.com/developers/applications/${client_id}, 1.0.0)";
constexpr auto tokens =
    R"({"token_type":"Bearer","access_token":"6qrZcUqj","expires_in":604800,"refresh_token":"D43f5y0a","scope":"identify email"})";
constexpr auto hook_tokens =
    R"({"token_type":"Bearer","access_token":"a","refresh_token":"r","expires_in":604800,"scope":"bot webhook.incoming","guild":{"id":"290926798626357999","name":"Acme"},"webhook":{"id":"347","token":"hook-canary","url":"https://discord.com/api/webhooks/347/hook-canary","channel_id":"345","guild_id":"290"}})";
constexpr auto me =
    R"({"id":"80351110224678912","username":"nelly","global_name":"Nelly","discriminator":"0","avatar":"8342729096ea3675442027381ff50dfe","verified":true,"email":"nelly@acme.com","flags":64,"premium_type":0,"locale":"en-US","mfa_enabled":true})";

}  // namespace

TEST_CASE("Discord is asked for who it is, and for a server where one is offered") {
    const auto out = authorize(discord(), "guilds bot")
                         .param("code_challenge", "ch")
                         .param("code_challenge_method", "S256")
                         .config("permissions", "8")
                         .config("prompt", "none")
                         .connect("guild_id", "290926798626357999")
                         .run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://discord.com/oauth2/authorize");
    CHECK(get(out.authorize.query, "scope") == "identify guilds bot");
    CHECK(get(out.authorize.query, "permissions") == "8");
    CHECK(get(out.authorize.query, "prompt") == "none");
    CHECK(get(out.authorize.query, "guild_id") == "290926798626357999");
    CHECK(get(out.authorize.query, "code_challenge") == "ch");
    CHECK_FALSE(has(authorize(discord(), "").run().authorize.query, "permissions"));
}

TEST_CASE("each request to Discord has a User-Agent of Discord's form") {
    for (const auto& out :
         {exchange(discord()).reply(200, tokens).run(), refresh(discord()).reply(200, tokens).run(),
          profile(discord()).reply(200, me).run(), revoke(discord()).reply(200, "{}").run()}) {
        REQUIRE(out.done);
        CHECK(get(out.requests.at(0).headers, "User-Agent") == agent);
    }
}

TEST_CASE("Discord's refresh token rotates") {
    const auto out = refresh(discord()).reply(200, tokens).run();
    CHECK(out.requests.at(0).url == "https://discord.com/api/oauth2/token");
    CHECK(out.grants.at(0).refresh_token == "D43f5y0a");
    CHECK(discord().descriptor->refresh->flags == TENON_REFRESH_ROTATES);
    check_failure(
        refresh(discord()).reply(400, R"({"error":"invalid_grant"})").run(), TENON_ERROR_REVOKED,
        "invalid_grant"
    );
    check_failure(
        exchange(discord())
            .reply(
                400,
                R"({"error":"invalid_grant","error_description":"Invalid \"code\" in request."})"
            )
            .run(),
        TENON_ERROR_INVALID_CODE, "invalid_grant"
    );
    check_common_failures(exchange(discord()));
    check_common_failures(refresh(discord()));
}

TEST_CASE("a Discord bot's server and a webhook's channel are told, the webhook's token is not") {
    const auto out = exchange(discord()).reply(200, hook_tokens).run();
    REQUIRE(out.done);
    const auto& told = out.grants.at(0).metadata;
    CHECK(
        told ==
        R"({"guild_id":"290926798626357999","guild_name":"Acme","webhook_id":"347","webhook_channel_id":"345","webhook_guild_id":"290"})"
    );
    CHECK(told.find("canary") == std::string::npos);
    CHECK(exchange(discord()).reply(200, tokens).run().grants.at(0).metadata.empty());
}

TEST_CASE("Discord's profile shows the name that is shown, and a picture that may move") {
    const auto out = profile(discord()).reply(200, me).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://discord.com/api/v10/users/@me");
    CHECK(get(out.fields, "account_id") == "80351110224678912");
    CHECK(get(out.fields, "display_name") == "Nelly");
    CHECK(get(out.fields, "email") == "nelly@acme.com");
    CHECK(
        get(out.fields, "avatar_url") ==
        "https://cdn.discordapp.com/avatars/80351110224678912/"
        "8342729096ea3675442027381ff50dfe.png"
    );
    const auto bare =
        profile(discord())
            .reply(200, R"({"id":"1","username":"nelly","global_name":null,"avatar":null})")
            .run();
    CHECK(get(bare.fields, "display_name") == "nelly");
    CHECK_FALSE(has(bare.fields, "avatar_url"));
    const auto moving =
        profile(discord()).reply(200, R"({"id":"1","username":"n","avatar":"a_83"})").run();
    CHECK(get(moving.fields, "avatar_url") == "https://cdn.discordapp.com/avatars/1/a_83.gif");
}

TEST_CASE("Discord's API errors have numbers, and a 429 says how long it lasts") {
    check_failure(
        profile(discord()).reply(401, R"({"message":"401: Unauthorized","code":0})").run(),
        TENON_ERROR_TOKEN_REJECTED, ""
    );
    check_failure(
        profile(discord()).reply(403, R"({"message":"Missing Access","code":50001})").run(),
        TENON_ERROR_SCOPE, "50001"
    );
    const auto throttled =
        profile(discord())
            .reply(
                429,
                R"({"message":"You are being rate limited.","retry_after":64.57,"global":false})",
                {{"retry-after", "65"}}
            )
            .run();
    check_failure(throttled, TENON_ERROR_RATE_LIMITED, "");
    CHECK(throttled.retry_after_ms == 65 * second);
    check_limit(profile(discord()), 429, "{}", {{"x-ratelimit-reset-after", "64.57"}}, 65);
    check_limit(refresh(discord()), 429, "{}", {{"x-ratelimit-reset-after", "1.0"}}, 1);
    check_limit(exchange(discord()), 429, "{}", {{"x-ratelimit-reset-after", "1.0"}}, 1);
    check_common_failures(profile(discord()));
}

TEST_CASE("Discord ends all by either token") {
    const auto out = revoke(discord()).reply(200, "{}").run();
    CHECK(out.requests.at(0).url == "https://discord.com/api/oauth2/token/revoke");
    CHECK(out.requests.at(0).flags == TENON_HTTP_CLIENT_AUTH);
    CHECK(get(out.requests.at(0).form, "token") == "${access_token}");
    CHECK(get(out.requests.at(0).form, "token_type_hint") == "access_token");
    check_failure(revoke(discord()).reply(503, "").run(), TENON_ERROR_UNAVAILABLE, "");
}
