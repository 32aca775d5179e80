#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto linkedin() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("linkedin");
}

constexpr auto tokens =
    R"({"access_token":"AQXdSP","expires_in":5183999,"refresh_token":"AQWAft","refresh_token_expires_in":31535999,"scope":"email,openid,profile,w_member_social","token_type":"Bearer","id_token":"eyJ.e30.s"})";
constexpr auto me =
    R"({"sub":"782bbtaQ","name":"Ana Lima","given_name":"Ana","family_name":"Lima","picture":"https://media.licdn.com/x","locale":{"country":"PT","language":"pt"},"email":"ana@acme.com","email_verified":true})";

auto api_error(int status, int service_code, const char* code) -> std::string {
    return R"({"status":)" + std::to_string(status) + R"(,"serviceErrorCode":)" +
           std::to_string(service_code) + R"(,"code":")" + code + R"(","message":"no"})";
}

}  // namespace

TEST_CASE("LinkedIn is asked without PKCE, and always for who it is") {
    const auto out = authorize(linkedin(), "w_member_social openid").run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://www.linkedin.com/oauth/v2/authorization");
    CHECK(get(out.authorize.query, "scope") == "profile w_member_social openid");
    CHECK(get(out.authorize.query, "state") == "st4te");
    const auto& about = *linkedin().descriptor;
    CHECK(about.pkce_mode == TENON_PKCE_NEVER);
    CHECK(about.client_auth == TENON_CLIENT_AUTH_POST);
    CHECK(about.flags == 0);  // no nonce comes back
    CHECK(std::string(about.issuer.ptr, about.issuer.len) == "https://www.linkedin.com/oauth");
}

TEST_CASE("LinkedIn's granted scopes come with commas, and the year of a consent is told") {
    const auto out = exchange(linkedin()).reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://www.linkedin.com/oauth/v2/accessToken");
    CHECK(out.requests.at(0).flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(out.grants.at(0).scope == "email openid profile w_member_social");
    CHECK(out.grants.at(0).refresh_token == "AQWAft");
    CHECK(out.grants.at(0).id_token == "eyJ.e30.s");
    CHECK(out.grants.at(0).refresh_expires_at_ms == drive::now + second + 31535999 * second);
}

TEST_CASE("a LinkedIn refresh may bring the same refresh token, which does not rotate") {
    const auto out = refresh(linkedin()).reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(get(out.requests.at(0).form, "refresh_token") == "${refresh_token}");
    CHECK(linkedin().descriptor->refresh->flags == 0);
    const auto without = drive(linkedin(), TENON_OP_REFRESH).secret("access_token").run();
    check_failure(without, TENON_ERROR_REVOKED, "");
    CHECK(without.message.find("partners") != std::string::npos);
}

TEST_CASE("LinkedIn's one word for a bad code, redirect URI or client is read by its sentence") {
    const auto* const unfit =
        R"({"error":"invalid_request","error_description":"Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. Or authorization code expired."})";
    check_failure(
        exchange(linkedin()).reply(400, unfit).run(), TENON_ERROR_INVALID_CODE, "invalid_request"
    );
    check_failure(
        exchange(linkedin())
            .reply(
                400,
                R"({"error":"invalid_request","error_description":"A required parameter \"client_id\" is missing"})"
            )
            .run(),
        TENON_ERROR_PROVIDER, "invalid_request"
    );
    check_failure(
        exchange(linkedin()).reply(401, R"({"error":"invalid_client"})").run(),
        TENON_ERROR_MISCONFIGURED, "invalid_client"
    );
    check_failure(
        refresh(linkedin()).reply(400, R"({"error":"invalid_grant"})").run(), TENON_ERROR_REVOKED,
        "invalid_grant"
    );
    check_common_failures(exchange(linkedin()));
    check_common_failures(refresh(linkedin()));
}

TEST_CASE("LinkedIn's profile is OpenID Connect's, whatever shape the locale has") {
    const auto out = profile(linkedin()).reply(200, me).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://api.linkedin.com/v2/userinfo");
    CHECK(get(out.fields, "account_id") == "782bbtaQ");
    CHECK(get(out.fields, "subject") == "782bbtaQ");
    CHECK(get(out.fields, "urn") == "urn:li:person:782bbtaQ");
    CHECK(get(out.fields, "email") == "ana@acme.com");
    CHECK(get(out.fields, "locale") == R"({"country":"PT","language":"pt"})");
    const auto text = profile(linkedin()).reply(200, R"({"sub":"1","locale":"pt_PT"})").run();
    CHECK(get(text.fields, "locale") == R"("pt_PT")");
}

TEST_CASE("LinkedIn's API says by codes of its own what is wrong with a token") {
    check_failure(
        profile(linkedin()).reply(401, api_error(401, 65601, "REVOKED_ACCESS_TOKEN")).run(),
        TENON_ERROR_TOKEN_REJECTED, "REVOKED_ACCESS_TOKEN"
    );
    check_failure(
        profile(linkedin())
            .reply(
                403, R"({"serviceErrorCode":100,"message":"Not enough permissions","status":403})"
            )
            .run(),
        TENON_ERROR_SCOPE, "100"
    );
    check_failure(
        profile(linkedin()).reply(429, api_error(429, 101, "TOO_MANY_REQUESTS")).run(),
        TENON_ERROR_RATE_LIMITED, "TOO_MANY_REQUESTS"
    );
    check_common_failures(profile(linkedin()));
}

TEST_CASE("LinkedIn revokes an access token by the client, in the body") {
    const auto out = revoke(linkedin()).reply(200, "").run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://www.linkedin.com/oauth/v2/revoke");
    CHECK(out.requests.at(0).flags == TENON_HTTP_CLIENT_AUTH);
    CHECK(get(out.requests.at(0).form, "token") == "${access_token}");
    CHECK_FALSE(has(out.requests.at(0).form, "token_type_hint"));
    check_failure(revoke(linkedin()).reply(503, "").run(), TENON_ERROR_UNAVAILABLE, "");
}
