#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto x() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("x");
}

constexpr auto tokens =
    R"({"token_type":"bearer","expires_in":7200,"access_token":"Q0Mz","scope":"users.read tweet.read offline.access","refresh_token":"bWRW"})";
constexpr auto me =
    R"({"data":{"id":"2244994945000000001","name":"Acme Dev","username":"acmedev","verified":false,"profile_image_url":"https://pbs.twimg.com/profile_images/1/a_normal.jpg","public_metrics":{"followers_count":583,"following_count":48,"tweet_count":1405,"listed_count":7}}})";

auto invalid(const char* value) -> std::string {
    return R"({"error":"invalid_request","error_description":"Value passed for the )" +
           std::string(value) + R"( was invalid."})";
}
auto problem(const char* type) -> std::string {
    return R"({"title":"Forbidden","detail":"no","type":"https://api.x.com/2/problems/)" +
           std::string(type) + R"(","status":403})";
}

}  // namespace

TEST_CASE("X is asked with PKCE, and always for what a lasting connection takes") {
    const auto out = authorize(x(), "tweet.write users.read")
                         .param("code_challenge", "ch")
                         .param("code_challenge_method", "S256")
                         .run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://x.com/i/oauth2/authorize");
    CHECK(get(out.authorize.query, "scope") == "tweet.read offline.access tweet.write users.read");
    CHECK(get(out.authorize.query, "code_challenge") == "ch");
    CHECK(x().descriptor->pkce_mode == TENON_PKCE_REQUIRED);
    CHECK(x().descriptor->client_auth == TENON_CLIENT_AUTH_BASIC);
}

TEST_CASE("an X app that is registered as public has no secret") {
    const auto described = drive(x(), TENON_OP_DESCRIBE).config("app_type", "public").run();
    CHECK(described.done);
    CHECK(described.descriptor_client_auth == TENON_CLIENT_AUTH_NONE);
    const auto other = drive(x(), TENON_OP_DESCRIBE).run();
    CHECK(other.descriptor_client_auth == TENON_CLIENT_AUTH_BASIC);
}

TEST_CASE("X's code is exchanged with the verifier, and its refresh token is good once") {
    const auto out = exchange(x()).secret("code_verifier").reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://api.x.com/2/oauth2/token");
    CHECK(out.requests.at(0).flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(get(out.requests.at(0).form, "code_verifier") == "${code_verifier}");
    CHECK(out.grants.at(0).scope == "users.read tweet.read offline.access");
    const auto fresh = refresh(x()).reply(200, tokens).run();
    CHECK(fresh.grants.at(0).refresh_token == "bWRW");
    CHECK(x().descriptor->refresh->flags == TENON_REFRESH_ROTATES);
    CHECK(x().descriptor->refresh->reuse_grace_s == 0);
}

TEST_CASE("X's invalid_request is a dead code or refresh token where its sentence says so") {
    check_failure(
        exchange(x()).reply(400, invalid("authorization code")).run(), TENON_ERROR_INVALID_CODE,
        "invalid_request"
    );
    check_failure(
        refresh(x()).reply(400, invalid("token")).run(), TENON_ERROR_REVOKED, "invalid_request"
    );
    check_failure(
        refresh(x())
            .reply(
                400,
                R"({"error":"invalid_request","error_description":"Missing required parameter [client_id]."})"
            )
            .run(),
        TENON_ERROR_PROVIDER, "invalid_request"
    );
    check_failure(
        refresh(x()).reply(401, R"({"error":"unauthorized_client"})").run(),
        TENON_ERROR_MISCONFIGURED, "unauthorized_client"
    );
    check_common_failures(exchange(x()));
    check_common_failures(refresh(x()));
}

TEST_CASE("X's profile is wrapped, and its ids are texts") {
    const auto out = profile(x()).reply(200, me).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://api.x.com/2/users/me");
    CHECK(out.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(get(out.requests.at(0).query, "user.fields").find("public_metrics") != std::string::npos);
    CHECK(get(out.fields, "account_id") == "2244994945000000001");
    CHECK(get(out.fields, "username") == "acmedev");
    CHECK(get(out.fields, "followers") == "583");
    CHECK(get(out.fields, "tweet_count") == "1405");
    CHECK_FALSE(has(out.fields, "email"));
    const auto mail =
        profile(x()).reply(200, R"({"data":{"id":"1","confirmed_email":"a@acme.com"}})").run();
    CHECK(get(mail.fields, "email") == "a@acme.com");
}

TEST_CASE("X's problems are throttling, a missing right or a dead token") {
    const auto throttled =
        profile(x()).reply(429, "{}", {{"x-rate-limit-reset", "1790000031"}}).run();
    check_failure(throttled, TENON_ERROR_RATE_LIMITED, "");
    CHECK(throttled.retry_after_ms == 30 * second);
    check_limit(refresh(x()), 429, "{}", {{"x-rate-limit-reset", "1790000031"}}, 30);
    check_limit(exchange(x()), 429, "{}", {{"x-rate-limit-reset", "1790000031"}}, 30);
    check_failure(
        profile(x()).reply(403, problem("client-forbidden")).run(), TENON_ERROR_SCOPE, ""
    );
    check_failure(
        profile(x()).reply(403, problem("usage-capped")).run(), TENON_ERROR_RATE_LIMITED, ""
    );
    check_failure(
        profile(x())
            .reply(
                401,
                R"({"title":"Unauthorized","type":"about:blank","status":401,"detail":"Unauthorized"})"
            )
            .run(),
        TENON_ERROR_TOKEN_REJECTED, ""
    );
    const auto partial =
        profile(x()).reply(200, R"({"errors":[{"title":"Not Found Error","detail":"no"}]})").run();
    check_failure(partial, TENON_ERROR_PROVIDER, "");
    CHECK(partial.message.find("Not Found Error") != std::string::npos);
    check_common_failures(profile(x()));
}

TEST_CASE("X revokes both tokens, for neither ends the other") {
    const auto out = revoke(x()).reply(200, R"({"revoked":true})").reply(200, "{}").run();
    REQUIRE(out.done);
    CHECK(get(out.requests.at(0).form, "token") == "${refresh_token}");
    CHECK(get(out.requests.at(0).form, "token_type_hint") == "refresh_token");
    CHECK(get(out.requests.at(1).form, "token") == "${access_token}");
    CHECK(get(out.requests.at(1).form, "token_type_hint") == "access_token");
    CHECK(out.requests.at(1).flags == TENON_HTTP_CLIENT_AUTH);
    const auto one = drive(x(), TENON_OP_REVOKE).secret("access_token").reply(200, "{}").run();
    CHECK(one.requests.size() == 1);
    check_failure(revoke(x()).reply(503, "").run(), TENON_ERROR_UNAVAILABLE, "");
}
