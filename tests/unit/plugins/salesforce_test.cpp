#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto salesforce() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("salesforce");
}

constexpr auto granted_body =
    R"({"access_token":"00DB0000000TfcR!AQQ","refresh_token":"5Aep861","signature":"CMJ4l+","scope":"refresh_token api id","instance_url":"https://acme.my.salesforce.com","id":"https://login.salesforce.com/id/00DB0000000TfcRMAS/005B0000005Bk90IAC","token_type":"Bearer","issued_at":"1558553873237"})";
constexpr auto me =
    R"({"sub":"https://login.salesforce.com/id/00DB0000000TfcRMAS/005B0000005Bk90IAC","user_id":"005B0000005Bk90IAC","organization_id":"00DB0000000TfcRMAS","preferred_username":"jane@acme.com","name":"Jane Roe","email":"jane@acme.com","email_verified":true,"picture":"https://acme.file.force.com/p.png","user_type":"STANDARD","active":true})";
constexpr auto account = "00DB0000000TfcRMAS:005B0000005Bk90IAC";

}  // namespace

TEST_CASE("Salesforce is asked for consent where the person signs in, with PKCE") {
    const auto out = authorize(salesforce(), "api refresh_token openid")
                         .param("code_challenge", "abc")
                         .param("code_challenge_method", "S256")
                         .config("prompt", "login consent")
                         .connect("host", "acme.my")
                         .connect("login_hint", "jane@acme.com")
                         .run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://{host}.salesforce.com/services/oauth2/authorize");
    CHECK(get(out.authorize.query, "scope") == "api refresh_token openid");
    CHECK(get(out.authorize.query, "code_challenge") == "abc");
    CHECK(get(out.authorize.query, "prompt") == "login consent");
    CHECK(get(out.authorize.query, "login_hint") == "jane@acme.com");
    CHECK(salesforce().descriptor->pkce_mode == TENON_PKCE_REQUIRED);
}

TEST_CASE("Salesforce's answer tells the account, its organization and where its API is") {
    const auto out = exchange(salesforce()).secret("code_verifier").reply(200, granted_body).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://{host}.salesforce.com/services/oauth2/token");
    CHECK(get(out.requests.at(0).form, "code_verifier") == "${code_verifier}");
    const granted& got = out.grants.at(0);
    CHECK(got.account_id == account);
    CHECK(got.base_url == "https://acme.my.salesforce.com");
    CHECK(got.scope == "refresh_token api id");
    CHECK(got.expires_at_ms == 0);
    CHECK(got.refresh_token == "5Aep861");
    CHECK(
        got.metadata ==
        R"({"id":"https://login.salesforce.com/id/00DB0000000TfcRMAS/005B0000005Bk90IAC","instance_url":"https://acme.my.salesforce.com"})"
    );
    CHECK(salesforce().descriptor->refresh->default_lifetime_s == 7200);
}

TEST_CASE("an identity of Salesforce's that can't be read is left to the profile") {
    const auto out = exchange(salesforce())
                         .reply(200, R"({"access_token":"00D!x","id":"https://elsewhere/005"})")
                         .run();
    REQUIRE(out.done);
    CHECK(out.grants.at(0).account_id.empty());
    CHECK(out.grants.at(0).base_url.empty());
}

TEST_CASE("a refresh may move Salesforce's API, and may rotate") {
    const auto out =
        refresh(salesforce())
            .reply(
                200,
                R"({"access_token":"00D!y","instance_url":"https://acme2.my.salesforce.com","token_type":"Bearer"})"
            )
            .run();
    REQUIRE(out.done);
    CHECK(out.grants.at(0).refresh_token.empty());
    CHECK(out.grants.at(0).base_url == "https://acme2.my.salesforce.com");
    CHECK(salesforce().descriptor->refresh->flags == TENON_REFRESH_ROTATES);
    const auto rotated = refresh(salesforce()).reply(200, granted_body).run();
    CHECK(rotated.grants.at(0).refresh_token == "5Aep861");
}

TEST_CASE("Salesforce's refusals are told apart by code and description") {
    const auto refused = [](const std::string& code, const std::string& text = "") {
        return refresh(salesforce())
            .reply(400, R"({"error":")" + code + R"(","error_description":")" + text + "\"}")
            .run();
    };
    check_failure(
        refused("invalid_grant", "expired access/refresh token"), TENON_ERROR_REVOKED,
        "invalid_grant"
    );
    check_failure(
        refused("invalid_grant", "ip restricted"), TENON_ERROR_MISCONFIGURED, "invalid_grant"
    );
    check_failure(refused("inactive_user"), TENON_ERROR_REVOKED, "inactive_user");
    check_failure(refused("invalid_client_id"), TENON_ERROR_MISCONFIGURED, "invalid_client_id");
    check_failure(refused("rate_limit_exceeded"), TENON_ERROR_RATE_LIMITED, "rate_limit_exceeded");
    check_failure(
        exchange(salesforce())
            .reply(
                400, R"({"error":"invalid_grant","error_description":"expired authorization code"})"
            )
            .run(),
        TENON_ERROR_INVALID_CODE, "invalid_grant"
    );
    check_common_failures(exchange(salesforce()));
    check_common_failures(refresh(salesforce()));
}

TEST_CASE("Salesforce's profile is the same account") {
    const auto out = profile(salesforce()).reply(200, me).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://{host}.salesforce.com/services/oauth2/userinfo");
    CHECK(out.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(get(out.fields, "account_id") == account);
    CHECK(get(out.fields, "username") == "jane@acme.com");
    CHECK(get(out.fields, "display_name") == "Jane Roe");
    CHECK(get(out.fields, "email_verified") == "true");
    CHECK(get(out.fields, "avatar_url") == "https://acme.file.force.com/p.png");
    CHECK(get(out.fields, "organization_id") == "00DB0000000TfcRMAS");
    const auto nested =
        profile(salesforce()).reply(200, R"({"sub":"x","photos":{"picture":"https://p"}})").run();
    CHECK(get(nested.fields, "avatar_url") == "https://p");
    CHECK_FALSE(has(nested.fields, "account_id"));
}

TEST_CASE("the errors of Salesforce's API are a list, or plain text") {
    const auto refused = [](std::uint32_t status, const std::string& body) {
        return profile(salesforce()).reply(status, body).run();
    };
    const auto listed = [](const std::string& code) {
        return R"([{"message":"no","errorCode":")" + code + "\"}]";
    };
    check_failure(
        refused(401, listed("INVALID_SESSION_ID")), TENON_ERROR_TOKEN_REJECTED, "INVALID_SESSION_ID"
    );
    check_failure(
        refused(403, listed("REQUEST_LIMIT_EXCEEDED")), TENON_ERROR_RATE_LIMITED,
        "REQUEST_LIMIT_EXCEEDED"
    );
    check_failure(
        refused(403, listed("API_DISABLED_FOR_ORG")), TENON_ERROR_UNSUPPORTED,
        "API_DISABLED_FOR_ORG"
    );
    check_failure(refused(403, "Bad_OAuth_Token"), TENON_ERROR_TOKEN_REJECTED, "Bad_OAuth_Token");
    check_failure(refused(403, "Forbidden"), TENON_ERROR_SCOPE, "");
    check_common_failures(profile(salesforce()));
}

TEST_CASE("Salesforce revokes by the refresh token, without the client") {
    const auto out = revoke(salesforce()).reply(200, "").run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://{host}.salesforce.com/services/oauth2/revoke");
    CHECK(get(out.requests.at(0).form, "token") == "${refresh_token}");
    CHECK(out.requests.at(0).flags == 0);
    CHECK(revoke(salesforce()).reply(400, R"({"error":"invalid_token"})").run().done);
    check_failure(
        revoke(salesforce()).reply(400, R"({"error":"unsupported_token_type"})").run(),
        TENON_ERROR_UNSUPPORTED, "unsupported_token_type"
    );
}
