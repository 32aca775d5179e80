#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto slack() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("slack");
}

constexpr auto both =
    R"({"ok":true,"access_token":"xoxe.xoxb-1-abc","token_type":"bot","scope":"chat:write,channels:read","bot_user_id":"U0KRQLJ9H","app_id":"A0KRD7HC3","expires_in":43200,"refresh_token":"xoxe-1-def","team":{"id":"T1","name":"Acme"},"enterprise":null,"is_enterprise_install":false,"authed_user":{"id":"U1","scope":"search:read","access_token":"xoxe.xoxp-1-ghi","token_type":"user","expires_in":43200,"refresh_token":"xoxe-1-jkl"}})";
constexpr auto bot_only =
    R"({"ok":true,"access_token":"xoxb-1","token_type":"bot","scope":"chat:write","bot_user_id":"U0","app_id":"A0","team":{"id":"T1","name":"Acme"},"enterprise":null,"is_enterprise_install":false,"authed_user":{"id":"U1"}})";
constexpr auto user_only =
    R"({"ok":true,"app_id":"A0","team":{"id":"T1","name":"Acme"},"enterprise":null,"is_enterprise_install":false,"authed_user":{"id":"U1","scope":"search:read","access_token":"xoxp-1","token_type":"user"}})";
constexpr auto organization =
    R"({"ok":true,"access_token":"xoxb-1","token_type":"bot","scope":"chat:write","bot_user_id":"U0","app_id":"A0","team":null,"enterprise":{"id":"E1","name":"Acme Group"},"is_enterprise_install":true,"authed_user":{"id":"U1","scope":"search:read","access_token":"xoxp-1","token_type":"user"}})";
constexpr auto self =
    R"({"ok":true,"url":"https://acme.slack.com/","team":"Acme","user":"intbot","team_id":"T1","user_id":"U0","bot_id":"B0","is_enterprise_install":false})";
constexpr auto person =
    R"({"ok":true,"url":"https://acme.slack.com/","team":"Acme","user":"rui","team_id":"T1","user_id":"U1","is_enterprise_install":false})";
constexpr auto card =
    R"({"ok":true,"user":{"id":"U1","team_id":"T1","name":"rui","profile":{"real_name":"Rui Costa","email":"rui@acme.com","image_72":"https://a/72.png"}}})";

auto error(const char* code) -> std::string {
    return R"({"ok":false,"error":")" + std::string(code) + "\"}";
}

}  // namespace

TEST_CASE("Slack gets the bot's and the person's scopes in two lists") {
    const auto out = authorize(slack(), "chat:write channels:read user:search:read").run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://slack.com/oauth/v2/authorize");
    CHECK(get(out.authorize.query, "scope") == "chat:write,channels:read");
    CHECK(get(out.authorize.query, "user_scope") == "search:read");
    CHECK(get(out.authorize.query, "client_id") == "${client_id}");
    CHECK(get(out.authorize.query, "state") == "st4te");
    CHECK(get(out.authorize.query, "redirect_uri") == "https://app.example/cb");
    CHECK_FALSE(has(out.authorize.query, "code_challenge"));
    CHECK_FALSE(has(out.authorize.query, "team"));
    CHECK(slack().descriptor->pkce_mode == TENON_PKCE_NEVER);
}

TEST_CASE("Slack's user scopes also come from the configuration and from the connect parameters") {
    const auto out = authorize(slack(), "")
                         .config("user_scopes", R"(["search:read"])")
                         .connect("user_scope", "users:read,chat:write")
                         .connect("team", "T1")
                         .run();
    REQUIRE(out.done);
    CHECK(get(out.authorize.query, "scope").empty());
    CHECK(get(out.authorize.query, "user_scope") == "search:read,users:read,chat:write");
    CHECK(get(out.authorize.query, "team") == "T1");
    check_failure(authorize(slack(), "").run(), TENON_ERROR_INVALID_INPUT, "");
}

TEST_CASE(
    "one Slack install gives a bot's and a person's tokens, each with its own account and life"
) {
    const auto out = exchange(slack()).reply(200, both).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://slack.com/api/oauth.v2.access");
    CHECK(out.requests.at(0).flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    REQUIRE(out.grants.size() == 2);
    const granted& bot = out.grants[0];
    CHECK(bot.slot == "bot");
    CHECK(bot.account_id == "T1");
    CHECK(bot.access_token == "xoxe.xoxb-1-abc");
    CHECK(bot.refresh_token == "xoxe-1-def");
    CHECK(bot.scope == "chat:write channels:read");
    CHECK(bot.token_type == "Bearer");
    CHECK(bot.expires_at_ms == drive::now + second + 43200 * second);
    CHECK(
        bot.metadata ==
        R"({"team_id":"T1","team_name":"Acme","bot_user_id":"U0KRQLJ9H","app_id":"A0KRD7HC3","authed_user_id":"U1","is_enterprise_install":false})"
    );
    const granted& user = out.grants[1];
    CHECK(user.slot == "user");
    CHECK(user.account_id == "T1:U1");
    CHECK(user.access_token == "xoxe.xoxp-1-ghi");
    CHECK(user.refresh_token == "xoxe-1-jkl");
    CHECK(user.scope == "search:read");
}

TEST_CASE("without rotation Slack's tokens have neither an end nor a refresh token") {
    const auto out = exchange(slack()).reply(200, bot_only).run();
    REQUIRE(out.grants.size() == 1);
    CHECK(out.grants[0].expires_at_ms == 0);
    CHECK(out.grants[0].refresh_token.empty());
    const auto asked = drive(slack(), TENON_OP_REFRESH).secret("access_token").slot("bot").run();
    check_failure(asked, TENON_ERROR_UNSUPPORTED, "");
}

TEST_CASE("a Slack install for the person alone has no bot") {
    const auto out = exchange(slack()).reply(200, user_only).run();
    REQUIRE(out.grants.size() == 1);
    CHECK(out.grants[0].slot == "user");
    CHECK(out.grants[0].account_id == "T1:U1");
    CHECK(out.grants[0].access_token == "xoxp-1");
}

TEST_CASE("a Slack install for an organization is known by the organization") {
    const auto out = exchange(slack()).reply(200, organization).run();
    REQUIRE(out.grants.size() == 2);
    CHECK(out.grants[0].account_id == "E1");
    CHECK(out.grants[1].account_id == "E1:U1");
}

TEST_CASE("Slack's errors come under status 200") {
    const auto refused = [](const char* code) {
        return exchange(slack()).reply(200, error(code)).run();
    };
    check_failure(refused("invalid_code"), TENON_ERROR_INVALID_CODE, "invalid_code");
    check_failure(refused("code_already_used"), TENON_ERROR_INVALID_CODE, "code_already_used");
    check_failure(refused("bad_redirect_uri"), TENON_ERROR_MISCONFIGURED, "bad_redirect_uri");
    check_failure(refused("bad_client_secret"), TENON_ERROR_MISCONFIGURED, "bad_client_secret");
    check_failure(refused("invalid_client_id"), TENON_ERROR_MISCONFIGURED, "invalid_client_id");
    check_failure(refused("no_scopes"), TENON_ERROR_SCOPE, "no_scopes");
    check_failure(refused("internal_error"), TENON_ERROR_UNAVAILABLE, "internal_error");
    check_failure(refused("brand_new"), TENON_ERROR_PROVIDER, "brand_new");
    check_common_failures(exchange(slack()));
    check_common_failures(refresh(slack()));
    check_common_failures(profile(slack()));
}

TEST_CASE("each of Slack's slots is refreshed by itself, and rotates") {
    const auto out =
        refresh(slack())
            .slot("user")
            .reply(
                200,
                R"({"ok":true,"access_token":"xoxe.xoxp-2","refresh_token":"xoxe-2","expires_in":43200,"token_type":"user","scope":"search:read","team":{"id":"T1"}})"
            )
            .run();
    REQUIRE(out.done);
    CHECK(get(out.requests.at(0).form, "refresh_token") == "${refresh_token}");
    CHECK(out.requests.at(0).flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(out.grants.at(0).slot == "user");
    CHECK(out.grants.at(0).access_token == "xoxe.xoxp-2");
    CHECK(out.grants.at(0).refresh_token == "xoxe-2");
    CHECK(slack().descriptor->refresh->flags == TENON_REFRESH_ROTATES);
    for (const char* code : {"invalid_refresh_token", "token_revoked", "token_expired"}) {
        check_failure(refresh(slack()).reply(200, error(code)).run(), TENON_ERROR_REVOKED, code);
    }
}

TEST_CASE("Slack's throttling tells how long to wait") {
    const auto out =
        profile(slack()).reply(429, error("ratelimited"), {{"retry-after", "17"}}).run();
    check_failure(out, TENON_ERROR_RATE_LIMITED, "ratelimited");
    CHECK(out.retry_after_ms == 17 * second);
}

TEST_CASE("the profile of Slack's bot is the workspace's") {
    const auto out = profile(slack()).slot("bot").reply(200, self).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://slack.com/api/auth.test");
    CHECK(out.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(get(out.fields, "account_id") == "T1");
    CHECK(get(out.fields, "username") == "intbot");
    CHECK(get(out.fields, "display_name") == "Acme");
    CHECK(get(out.fields, "team_id") == "T1");
    CHECK(get(out.fields, "bot_id") == "B0");
    CHECK(get(out.fields, "raw") == self);
    const auto whole =
        profile(slack())
            .slot("bot")
            .reply(
                200,
                R"({"ok":true,"team":"Acme","user":"b","team_id":"T1","enterprise_id":"E1","user_id":"U0","bot_id":"B0","is_enterprise_install":true})"
            )
            .run();
    CHECK(get(whole.fields, "account_id") == "E1");
}

TEST_CASE("the profile of Slack's person has name, address and picture where a scope allows it") {
    const auto out = profile(slack()).slot("user").reply(200, person).reply(200, card).run();
    REQUIRE(out.done);
    CHECK(get(out.requests.at(1).query, "user") == "U1");
    CHECK(get(out.fields, "account_id") == "T1:U1");
    CHECK(get(out.fields, "display_name") == "Rui Costa");
    CHECK(get(out.fields, "email") == "rui@acme.com");
    CHECK(get(out.fields, "avatar_url") == "https://a/72.png");
    const auto without =
        profile(slack()).slot("user").reply(200, person).reply(200, error("missing_scope")).run();
    REQUIRE(without.done);
    CHECK(get(without.fields, "account_id") == "T1:U1");
    const auto known = profile(slack())
                           .slot("user")
                           .reply(200, person, {{"x-oauth-scopes", "search:read,identify"}})
                           .run();
    REQUIRE(known.done);
    CHECK(known.requests.size() == 1);
}

TEST_CASE("a dead Slack token and a missing scope are told apart") {
    for (const char* code :
         {"invalid_auth", "token_revoked", "token_expired", "account_inactive", "not_authed"}) {
        check_failure(
            profile(slack()).reply(200, error(code)).run(), TENON_ERROR_TOKEN_REJECTED, code
        );
    }
    const auto out =
        profile(slack())
            .reply(
                200, R"({"ok":false,"error":"missing_scope","needed":"users:read","provided":"x"})"
            )
            .run();
    check_failure(out, TENON_ERROR_SCOPE, "missing_scope");
    CHECK(out.message.find("users:read") != std::string::npos);
}

TEST_CASE("Slack revokes slot by slot, by the token itself") {
    const auto out = revoke(slack()).slot("user").reply(200, R"({"ok":true,"revoked":true})").run();
    CHECK(out.done);
    CHECK(out.requests.at(0).url == "https://slack.com/api/auth.revoke");
    CHECK(out.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(revoke(slack()).reply(200, error("token_revoked")).run().done);
    check_failure(
        revoke(slack()).reply(200, error("token_expired")).run(), TENON_ERROR_TOKEN_REJECTED,
        "token_expired"
    );
    check_failure(
        revoke(slack()).reply(200, error("internal_error")).run(), TENON_ERROR_UNAVAILABLE,
        "internal_error"
    );
    check_common_failures(revoke(slack()));
}
