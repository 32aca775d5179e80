#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto jira() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("jira");
}

constexpr auto tokens =
    R"({"access_token":"eyJraWQi","expires_in":3600,"token_type":"Bearer","refresh_token":"eyJyZWZy","scope":"read:jira-work offline_access read:me"})";
constexpr auto sites =
    R"([{"id":"c1","url":"https://acme.atlassian.net","name":"acme","scopes":["read:confluence-content.all"],"avatarUrl":"x"},{"id":"c1","url":"https://acme.atlassian.net","name":"acme","scopes":["read:jira-work"],"avatarUrl":"x"},{"id":"c2","url":"https://other.atlassian.net","name":"other","scopes":["read:jira-work"]}])";

auto refused(drive operation, std::uint32_t status, const std::string& code) -> outcome {
    const auto body =
        R"({"error":")" + code + R"(","error_description":"refresh_token is invalid"})";
    return operation.reply(status, body).run();
}

}  // namespace

TEST_CASE("Atlassian is asked for its API's audience, and for who the person is") {
    const auto out = authorize(jira(), "read:jira-work offline_access").run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://auth.atlassian.com/authorize");
    CHECK(get(out.authorize.query, "audience") == "api.atlassian.com");
    CHECK(get(out.authorize.query, "prompt") == "consent");
    CHECK(get(out.authorize.query, "scope") == "read:me read:jira-work offline_access");
    CHECK(get(authorize(jira(), "read:me").run().authorize.query, "scope") == "read:me");
    CHECK(get(authorize(jira(), "").run().authorize.query, "scope") == "read:me");
}

TEST_CASE("Atlassian's code is exchanged by JSON, and the first site is the API's address") {
    const auto out =
        exchange(jira()).secret("code_verifier").reply(200, tokens).reply(200, sites).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://auth.atlassian.com/oauth/token");
    CHECK(get(out.requests.at(0).json, "code") == "c0de");
    CHECK(get(out.requests.at(0).json, "code_verifier") == "${code_verifier}");
    CHECK(out.requests.at(0).form.empty());
    CHECK(out.requests.at(1).url == "https://api.atlassian.com/oauth/token/accessible-resources");
    CHECK(get(out.requests.at(1).headers, "Authorization") == "Bearer eyJraWQi");
    const granted& got = out.grants.at(0);
    CHECK(got.base_url == "https://api.atlassian.com/ex/jira/c1");
    CHECK(got.scope == "read:jira-work offline_access read:me");
    CHECK(
        got.metadata ==
        R"({"cloud_id":"c1","site_name":"acme","site_url":"https://acme.atlassian.net","sites":)" +
            std::string(sites) + "}"
    );
}

TEST_CASE("a Jira site can be chosen, by its name or its cloud id, if the person let the app in") {
    const auto connect = [](const char* site) {
        return exchange(jira()).connect("site", site).reply(200, tokens).reply(200, sites).run();
    };
    CHECK(connect("Other").grants.at(0).base_url == "https://api.atlassian.com/ex/jira/c2");
    CHECK(connect("c2").grants.at(0).base_url == "https://api.atlassian.com/ex/jira/c2");
    check_failure(connect("third"), TENON_ERROR_ACCESS_DENIED, "");
    const auto none = exchange(jira()).reply(200, tokens).reply(200, "[]").run();
    REQUIRE(none.done);
    CHECK(none.grants.at(0).base_url.empty());
}

TEST_CASE("Atlassian's sites must be told") {
    const auto asked = exchange(jira()).reply(200, tokens);
    check_failure(drive(asked).reply(401, "{}").run(), TENON_ERROR_TOKEN_REJECTED, "");
    check_common_failures(asked);
    check_common_failures(exchange(jira()));
}

TEST_CASE("Atlassian's refresh tokens rotate, with ten minutes' grace, and end after 90 days") {
    const auto out = refresh(jira()).reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(get(out.requests.at(0).json, "refresh_token") == "${refresh_token}");
    CHECK(out.grants.at(0).refresh_token == "eyJyZWZy");
    CHECK(out.grants.at(0).base_url.empty());
    const auto* policy = jira().descriptor->refresh;
    REQUIRE(policy != nullptr);
    CHECK(policy->flags == TENON_REFRESH_ROTATES);
    CHECK(policy->reuse_grace_s == 600);
    CHECK(policy->default_refresh_lifetime_s == 90 * 86400);
}

TEST_CASE("Atlassian says 403 of a dead refresh token, and 401 of a wrong client secret") {
    check_failure(
        refused(refresh(jira()), 403, "unauthorized_client"), TENON_ERROR_REVOKED,
        "unauthorized_client"
    );
    check_failure(
        refused(refresh(jira()), 403, "invalid_grant"), TENON_ERROR_REVOKED, "invalid_grant"
    );
    check_failure(
        refused(refresh(jira()), 401, "access_denied"), TENON_ERROR_MISCONFIGURED, "access_denied"
    );
    check_failure(
        refused(refresh(jira()), 400, "unauthorized_client"), TENON_ERROR_MISCONFIGURED,
        "unauthorized_client"
    );
    check_failure(
        refused(exchange(jira()), 403, "invalid_grant"), TENON_ERROR_INVALID_CODE, "invalid_grant"
    );
    check_common_failures(refresh(jira()));
}

TEST_CASE("Atlassian names the date when a limit ends") {
    const pairs until = {{"x-ratelimit-reset", "2026-09-21T14:13:51Z"}};
    check_limit(refresh(jira()), 429, "{}", until, 30);
    check_limit(exchange(jira()), 429, "{}", until, 30);
    check_limit(exchange(jira()).reply(200, tokens), 429, "{}", until, 29);  // a second later
    check_limit(profile(jira()), 429, "{}", until, 30);
}

TEST_CASE("the profile of an Atlassian account is read") {
    const auto out =
        profile(jira())
            .reply(
                200,
                R"({"account_id":"5b10ac8d82e05b22cc7d4ef5","account_type":"atlassian","name":"Mia Krystof","nickname":"mia","email":"mia@acme.com","picture":"https://p","zoneinfo":"Europe/Berlin"})"
            )
            .run();
    REQUIRE(out.done);
    CHECK(get(out.fields, "account_id") == "5b10ac8d82e05b22cc7d4ef5");
    CHECK(get(out.fields, "username") == "mia");
    CHECK(get(out.fields, "zoneinfo") == "Europe/Berlin");
    check_failure(profile(jira()).reply(401, "{}").run(), TENON_ERROR_TOKEN_REJECTED, "");
    check_common_failures(profile(jira()));
}

TEST_CASE("Atlassian has no revocation, and does not say that it has") {
    CHECK((jira().descriptor->operations & (1U << TENON_OP_REVOKE)) == 0);
}
