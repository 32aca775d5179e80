#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto github() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("github");
}

constexpr auto tokens =
    R"({"access_token":"ghu_16C7","expires_in":28800,"refresh_token":"ghr_1B4a","refresh_token_expires_in":15897600,"scope":"","token_type":"bearer"})";
constexpr auto app_tokens =
    R"({"access_token":"gho_16C7","scope":"repo,gist","token_type":"bearer"})";
constexpr auto me =
    R"({"login":"octo-acme","id":9007199254740993,"node_id":"MDQ6","avatar_url":"https://avatars.githubusercontent.com/u/583231?v=4","html_url":"https://github.com/octo-acme","name":"Octo Acme","email":null,"followers":20,"following":3,"public_repos":8})";
constexpr auto addresses =
    R"([{"email":"old@acme.com","primary":false,"verified":true},{"email":"octo@acme.com","primary":true,"verified":true,"visibility":"private"}])";

auto hidden(const char* code) -> std::string {
    return R"({"error":")" + std::string(code) + R"(","error_description":"no","error_uri":"x"})";
}

}  // namespace

TEST_CASE("GitHub is asked with PKCE, and for the account that was hinted at") {
    const auto out = authorize(github(), "read:user repo")
                         .param("code_challenge", "ch")
                         .param("code_challenge_method", "S256")
                         .config("allow_signup", "false")
                         .connect("login", "octo-acme")
                         .run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://github.com/login/oauth/authorize");
    CHECK(get(out.authorize.query, "scope") == "read:user repo");
    CHECK(get(out.authorize.query, "code_challenge") == "ch");
    CHECK(get(out.authorize.query, "allow_signup") == "false");
    CHECK(get(out.authorize.query, "login") == "octo-acme");
    CHECK_FALSE(has(authorize(github(), "gist").run().authorize.query, "login"));
}

TEST_CASE("GitHub's code is exchanged with the client in the body, in one place only") {
    const auto out = exchange(github()).secret("code_verifier").reply(200, tokens).run();
    REQUIRE(out.done);
    const auto& sent = out.requests.at(0);
    CHECK(sent.url == "https://github.com/login/oauth/access_token");
    CHECK(sent.flags == TENON_HTTP_GRANT_REPLY);
    CHECK(get(sent.form, "grant_type") == "authorization_code");
    CHECK(get(sent.form, "code") == "c0de");
    CHECK(get(sent.form, "redirect_uri") == "https://app.example/cb");
    CHECK(get(sent.form, "client_id") == "${client_id}");
    CHECK(get(sent.form, "client_secret") == "${client_secret}");
    CHECK(get(sent.form, "code_verifier") == "${code_verifier}");
    CHECK(out.grants.at(0).refresh_token == "ghr_1B4a");
    CHECK(out.grants.at(0).scope.empty());
    CHECK(out.grants.at(0).expires_at_ms == drive::now + second + 28800 * second);
    CHECK(out.grants.at(0).refresh_expires_at_ms == drive::now + second + 15897600 * second);
}

TEST_CASE("an OAuth app's token at GitHub has no end and nothing to refresh it with") {
    const auto out = exchange(github()).reply(200, app_tokens).run();
    REQUIRE(out.done);
    CHECK(out.grants.at(0).scope == "repo gist");
    CHECK(out.grants.at(0).expires_at_ms == 0);
    CHECK(github().descriptor->refresh->default_lifetime_s == 0);
    check_failure(
        drive(github(), TENON_OP_REFRESH).secret("access_token").run(), TENON_ERROR_UNSUPPORTED, ""
    );
}

TEST_CASE("GitHub's refresh token rotates") {
    const auto out = refresh(github()).reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(get(out.requests.at(0).form, "grant_type") == "refresh_token");
    CHECK(get(out.requests.at(0).form, "refresh_token") == "${refresh_token}");
    CHECK(get(out.requests.at(0).form, "client_secret") == "${client_secret}");
    CHECK(out.grants.at(0).refresh_token == "ghr_1B4a");
    CHECK(github().descriptor->refresh->flags == TENON_REFRESH_ROTATES);
}

TEST_CASE("GitHub's errors come under 200, with names of their own") {
    check_failure(
        exchange(github()).reply(200, hidden("bad_verification_code")).run(),
        TENON_ERROR_INVALID_CODE, "bad_verification_code"
    );
    check_failure(
        exchange(github()).reply(200, hidden("incorrect_client_credentials")).run(),
        TENON_ERROR_MISCONFIGURED, "incorrect_client_credentials"
    );
    check_failure(
        exchange(github()).reply(200, hidden("redirect_uri_mismatch")).run(),
        TENON_ERROR_MISCONFIGURED, "redirect_uri_mismatch"
    );
    check_failure(
        refresh(github()).reply(200, hidden("bad_refresh_token")).run(), TENON_ERROR_REVOKED,
        "bad_refresh_token"
    );
    check_failure(
        exchange(github()).reply(200, hidden("unverified_user_email")).run(), TENON_ERROR_PROVIDER,
        "unverified_user_email"
    );
    check_common_failures(exchange(github()));
    check_common_failures(refresh(github()));
}

TEST_CASE("GitHub's profile keeps all digits of the id, and asks for a private address apart") {
    const auto out = profile(github()).reply(200, me).reply(200, addresses).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://api.github.com/user");
    CHECK(out.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(get(out.requests.at(0).headers, "X-GitHub-Api-Version") == "2022-11-28");
    CHECK(out.requests.at(1).url == "https://api.github.com/user/emails");
    CHECK(get(out.fields, "account_id") == "9007199254740993");
    CHECK(get(out.fields, "username") == "octo-acme");
    CHECK(get(out.fields, "email") == "octo@acme.com");
    CHECK(get(out.fields, "followers") == "20");
    CHECK(get(out.fields, "raw") == me);
    for (const std::uint32_t hidden : {403U, 404U}) {
        const auto without = profile(github()).reply(200, me).reply(hidden, "{}").run();
        CHECK(without.done);
        CHECK_FALSE(has(without.fields, "email"));
    }
    check_common_failures(profile(github()).reply(200, me));
    const auto shown =
        profile(github()).reply(200, R"({"id":1,"login":"a","email":"a@acme.com"})").run();
    CHECK(get(shown.fields, "email") == "a@acme.com");
}

TEST_CASE("a GitHub 403 is throttling or a missing scope, as its headers say") {
    const auto* const no =
        R"({"message":"API rate limit exceeded","documentation_url":"x","status":"403"})";
    const auto primary =
        profile(github())
            .reply(403, no, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1790000031"}})
            .run();
    check_failure(primary, TENON_ERROR_RATE_LIMITED, "");
    CHECK(primary.retry_after_ms == 30 * second);
    CHECK(primary.message.find("rate limit exceeded") != std::string::npos);
    const auto secondary = profile(github()).reply(403, no, {{"retry-after", "60"}}).run();
    check_failure(secondary, TENON_ERROR_RATE_LIMITED, "");
    CHECK(secondary.retry_after_ms == 60 * second);
    check_failure(
        profile(github()).reply(403, R"({"message":"Resource not accessible"})").run(),
        TENON_ERROR_SCOPE, ""
    );
    check_failure(
        profile(github()).reply(401, R"({"message":"Bad credentials","status":"401"})").run(),
        TENON_ERROR_TOKEN_REJECTED, ""
    );
    check_common_failures(profile(github()));
}

TEST_CASE("GitHub ends a token, or the whole grant where a refresh token is to end with it") {
    const auto all = revoke(github()).reply(204, "").run();
    REQUIRE(all.done);
    const auto& sent = all.requests.at(0);
    CHECK(sent.method == "DELETE");
    CHECK(sent.url == "https://api.github.com/applications/{client_id}/grant");
    CHECK(get(sent.path, "client_id") == "${client_id}");
    CHECK(get(sent.json, "access_token") == "${access_token}");
    CHECK(sent.flags == TENON_HTTP_CLIENT_AUTH);
    CHECK(github().descriptor->client_auth == TENON_CLIENT_AUTH_BASIC);
    const auto one = drive(github(), TENON_OP_REVOKE).secret("access_token");
    const auto done = drive(one).reply(204, "").run();
    CHECK(done.requests.at(0).url == "https://api.github.com/applications/{client_id}/token");
    const auto* const unknown = R"({"message":"Not Found","status":"404"})";
    CHECK(drive(one).reply(404, unknown).run().done);
    // The refresh token beside it may still live.
    CHECK_FALSE(revoke(github()).reply(404, unknown).run().done);
    check_failure(drive(one).reply(503, "").run(), TENON_ERROR_UNAVAILABLE, "");
    check_failure(drive(one).reply(401, unknown).run(), TENON_ERROR_MISCONFIGURED, "");
}
