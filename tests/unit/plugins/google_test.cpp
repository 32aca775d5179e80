#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto google() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("google");
}

constexpr auto tokens =
    R"({"access_token":"ya29.a0Ab","expires_in":3599,"refresh_token":"1//0gXy","refresh_token_expires_in":604799,"scope":"openid https://www.googleapis.com/auth/calendar.readonly","token_type":"Bearer","id_token":"eyJhbGciOiJSUzI1NiJ9.e30.s"})";
constexpr auto me =
    R"({"sub":"110248495921238986420","name":"Rui Costa","given_name":"Rui","family_name":"Costa","picture":"https://lh3.googleusercontent.com/a/x=s96-c","email":"rui@acme.com","email_verified":true,"hd":"acme.com"})";

auto oauth_error(const char* code, const char* more = "") -> std::string {
    return R"({"error":")" + std::string(code) +
           R"(","error_description":"Token has been expired or revoked.")" + more + "}";
}
auto api_error(int status, const char* reason) -> std::string {
    return R"({"error":{"code":)" + std::to_string(status) +
           R"(,"message":"no","status":"X","errors":[{"message":"no","domain":"usageLimits","reason":")" +
           reason + R"("}]}})";
}

}  // namespace

TEST_CASE("Google is asked for a refresh token, each time, and for an ID token") {
    const auto out = authorize(google(), "openid https://www.googleapis.com/auth/calendar.readonly")
                         .param("nonce", "n0nce")
                         .param("code_challenge", "ch")
                         .param("code_challenge_method", "S256")
                         .connect("login_hint", "rui@acme.com")
                         .run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://accounts.google.com/o/oauth2/v2/auth");
    CHECK(get(out.authorize.query, "access_type") == "offline");
    CHECK(get(out.authorize.query, "prompt") == "consent");
    CHECK(get(out.authorize.query, "include_granted_scopes") == "true");
    CHECK(
        get(out.authorize.query, "scope") ==
        "openid https://www.googleapis.com/auth/calendar.readonly"
    );
    CHECK(get(out.authorize.query, "nonce") == "n0nce");
    CHECK(get(out.authorize.query, "code_challenge") == "ch");
    CHECK(get(out.authorize.query, "login_hint") == "rui@acme.com");
    CHECK_FALSE(has(out.authorize.query, "hd"));
}

TEST_CASE(
    "Google's openid scope is added where it is missing, and the configuration decides about prompt"
) {
    const auto out = authorize(google(), "email")
                         .config("prompt", "select_account")
                         .config("include_granted_scopes", "false")
                         .run();
    CHECK(get(out.authorize.query, "scope") == "openid email");
    CHECK(get(out.authorize.query, "prompt") == "select_account");
    CHECK(get(out.authorize.query, "include_granted_scopes") == "false");
    CHECK(get(authorize(google(), "").run().authorize.query, "scope") == "openid");
}

TEST_CASE("Google promises an ID token with the nonce, and no iss, which its refusals lack") {
    const auto& about = *google().descriptor;
    CHECK(about.flags == TENON_DESCRIPTOR_NONCE);
    CHECK(std::string(about.issuer.ptr, about.issuer.len) == "https://accounts.google.com");
    CHECK(
        std::string(about.jwks_url.ptr, about.jwks_url.len) ==
        "https://www.googleapis.com/oauth2/v3/certs"
    );
    CHECK(about.client_auth == TENON_CLIENT_AUTH_POST);
    CHECK(about.pkce_mode == TENON_PKCE_SUPPORTED);
}

TEST_CASE("Google's code is exchanged, and a grant that ends says when") {
    const auto out = exchange(google(), "4/0Ab").secret("code_verifier").reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://oauth2.googleapis.com/token");
    CHECK(out.requests.at(0).flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(get(out.requests.at(0).form, "code") == "4/0Ab");
    CHECK(get(out.requests.at(0).form, "code_verifier") == "${code_verifier}");
    const granted& got = out.grants.at(0);
    CHECK(got.access_token == "ya29.a0Ab");
    CHECK(got.refresh_token == "1//0gXy");
    CHECK(got.id_token == "eyJhbGciOiJSUzI1NiJ9.e30.s");
    CHECK(got.scope == "openid https://www.googleapis.com/auth/calendar.readonly");
    CHECK(got.expires_at_ms == drive::now + second + 3599 * second);
    CHECK(got.refresh_expires_at_ms == drive::now + second + 604799 * second);
}

TEST_CASE("an error of Google's that is null is none") {
    const auto out =
        exchange(google()).reply(200, R"({"access_token":"ya29.a0Ab","error":null})").run();
    REQUIRE(out.done);
    CHECK(out.grants.at(0).access_token == "ya29.a0Ab");
}

TEST_CASE("a Google refresh brings no new refresh token, so that the old one stays") {
    const auto out =
        refresh(google())
            .reply(
                200,
                R"({"access_token":"ya29.b","expires_in":3599,"scope":"openid","token_type":"Bearer"})"
            )
            .run();
    REQUIRE(out.done);
    CHECK(get(out.requests.at(0).form, "refresh_token") == "${refresh_token}");
    CHECK(out.grants.at(0).refresh_token.empty());
    CHECK(google().descriptor->refresh->flags == 0);
    check_failure(
        drive(google(), TENON_OP_REFRESH).secret("access_token").run(), TENON_ERROR_REVOKED, ""
    );
}

TEST_CASE("Google's token errors mean different things in an exchange and in a refresh") {
    check_failure(
        exchange(google()).reply(400, oauth_error("invalid_grant")).run(), TENON_ERROR_INVALID_CODE,
        "invalid_grant"
    );
    check_failure(
        refresh(google()).reply(400, oauth_error("invalid_grant")).run(), TENON_ERROR_REVOKED,
        "invalid_grant"
    );
    const auto rapt =
        refresh(google())
            .reply(400, oauth_error("invalid_grant", R"(,"error_subtype":"invalid_rapt")"))
            .run();
    check_failure(rapt, TENON_ERROR_REVOKED, "invalid_grant");
    CHECK(rapt.message.find("session control") != std::string::npos);
    check_failure(
        exchange(google()).reply(400, oauth_error("redirect_uri_mismatch")).run(),
        TENON_ERROR_MISCONFIGURED, "redirect_uri_mismatch"
    );
    check_failure(
        exchange(google()).reply(401, oauth_error("invalid_client")).run(),
        TENON_ERROR_MISCONFIGURED, "invalid_client"
    );
    check_failure(
        exchange(google()).reply(400, oauth_error("admin_policy_enforced")).run(),
        TENON_ERROR_ACCESS_DENIED, "admin_policy_enforced"
    );
    check_failure(
        exchange(google()).reply(403, oauth_error("org_internal")).run(), TENON_ERROR_ACCESS_DENIED,
        "org_internal"
    );
    check_failure(
        exchange(google()).reply(200, R"({"access_token":"a","token_type":"mac"})").run(),
        TENON_ERROR_PROVIDER, ""
    );
    check_common_failures(exchange(google()));
    check_common_failures(refresh(google()));
}

TEST_CASE("Google's profile is the OpenID Connect one") {
    const auto out = profile(google()).reply(200, me).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://openidconnect.googleapis.com/v1/userinfo");
    CHECK(out.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(get(out.fields, "account_id") == "110248495921238986420");
    CHECK(get(out.fields, "subject") == "110248495921238986420");
    CHECK(get(out.fields, "display_name") == "Rui Costa");
    CHECK(get(out.fields, "email") == "rui@acme.com");
    CHECK(get(out.fields, "email_verified") == "true");
    CHECK(get(out.fields, "hd") == "acme.com");
    CHECK(get(out.fields, "raw") == me);
}

TEST_CASE("a Google 403 is throttling or a missing scope, as its reason says") {
    check_failure(
        profile(google()).reply(403, api_error(403, "userRateLimitExceeded")).run(),
        TENON_ERROR_RATE_LIMITED, "userRateLimitExceeded"
    );
    check_failure(
        profile(google()).reply(403, api_error(403, "insufficientPermissions")).run(),
        TENON_ERROR_SCOPE, "insufficientPermissions"
    );
    check_failure(
        profile(google()).reply(401, api_error(401, "authError")).run(), TENON_ERROR_TOKEN_REJECTED,
        "authError"
    );
    const auto* const detailed =
        R"({"error":{"code":403,"message":"no","status":"PERMISSION_DENIED","details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}})";
    check_failure(
        profile(google()).reply(403, detailed).run(), TENON_ERROR_SCOPE,
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    );
    const auto* const several =
        R"({"error":{"code":403,"message":"no","status":"PERMISSION_DENIED","errors":[{"reason":"forbidden"},{"reason":"rateLimitExceeded"}],"details":[{"@type":"x"},{"reason":"NO_MATTER"}]}})";
    check_failure(
        profile(google()).reply(403, several).run(), TENON_ERROR_RATE_LIMITED, "rateLimitExceeded"
    );
    const auto* const exhausted =
        R"({"error":{"code":429,"message":"no","status":"RESOURCE_EXHAUSTED"}})";
    check_failure(
        profile(google()).reply(429, exhausted).run(), TENON_ERROR_RATE_LIMITED,
        "RESOURCE_EXHAUSTED"
    );
    check_failure(
        profile(google())
            .reply(401, R"({"error":"invalid_request","error_description":"Invalid Credentials"})")
            .run(),
        TENON_ERROR_TOKEN_REJECTED, "invalid_request"
    );
    check_common_failures(profile(google()));
}

TEST_CASE("Google revokes by the refresh token, without client authentication") {
    const auto out = revoke(google()).reply(200, "{}").run();
    CHECK(out.done);
    CHECK(out.requests.at(0).url == "https://oauth2.googleapis.com/revoke");
    CHECK(out.requests.at(0).flags == 0);
    CHECK(get(out.requests.at(0).form, "token") == "${refresh_token}");
    const auto access_only =
        drive(google(), TENON_OP_REVOKE).secret("access_token").reply(200, "").run();
    CHECK(get(access_only.requests.at(0).form, "token") == "${access_token}");
    CHECK(revoke(google())
              .reply(
                  400, R"({"error":"invalid_token","error_description":"Token expired or revoked"})"
              )
              .run()
              .done);
    check_failure(revoke(google()).reply(503, "").run(), TENON_ERROR_UNAVAILABLE, "");
}
