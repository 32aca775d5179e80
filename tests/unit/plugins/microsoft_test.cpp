#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto microsoft() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("microsoft");
}

constexpr auto tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
constexpr auto tokens =
    R"({"token_type":"Bearer","scope":"Calendars.Read User.Read","expires_in":4799,"ext_expires_in":4799,"access_token":"eyJ0eXAi","refresh_token":"1.AXoA","id_token":"eyJ.e30.s"})";
constexpr auto me =
    R"({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users/$entity","id":"48d31887-5fad-4d73-a9f5-3c356e68a038","displayName":"Megan Bowen","givenName":"Megan","surname":"Bowen","userPrincipalName":"meganb@acme.onmicrosoft.com","mail":"meganb@acme.com","businessPhones":[],"jobTitle":null,"mobilePhone":null,"officeLocation":null,"preferredLanguage":"en-US"})";

auto aadsts(const char* error, int number) -> std::string {
    const auto text = std::to_string(number);
    return R"({"error":")" + std::string(error) + R"(","error_description":"AADSTS)" + text +
           R"(: no","error_codes":[)" + text +
           R"(],"timestamp":"2026-01-09 02:02:12Z","trace_id":"t","correlation_id":"c","suberror":"bad_token"})";
}
auto graph_error(const char* code) -> std::string {
    return R"({"error":{"code":")" + std::string(code) +
           R"(","message":"no","innerError":{"date":"d","request-id":"r"}}})";
}
auto issuer_for(const std::string& configured) -> std::string {
    return drive(microsoft(), TENON_OP_DESCRIBE)
        .config("tenant", configured)
        .run()
        .descriptor_issuer;
}

}  // namespace

TEST_CASE("Microsoft is asked at the tenant's address, and always for what a connection takes") {
    const auto out = authorize(microsoft(), "Calendars.Read User.Read")
                         .param("nonce", "n0nce")
                         .param("code_challenge", "ch")
                         .param("code_challenge_method", "S256")
                         .config("tenant", tenant)
                         .config("prompt", "select_account")
                         .connect("login_hint", "meganb@acme.com")
                         .connect("domain_hint", "acme.com")
                         .run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize");
    CHECK(get(out.authorize.path, "tenant") == tenant);
    CHECK(get(out.authorize.query, "scope") == "openid offline_access Calendars.Read User.Read");
    CHECK(get(out.authorize.query, "response_mode") == "query");
    CHECK(get(out.authorize.query, "nonce") == "n0nce");
    CHECK(get(out.authorize.query, "prompt") == "select_account");
    CHECK(get(out.authorize.query, "login_hint") == "meganb@acme.com");
    CHECK(get(out.authorize.query, "domain_hint") == "acme.com");
    CHECK(get(authorize(microsoft(), "").run().authorize.path, "tenant") == "common");
}

TEST_CASE("Microsoft's ID tokens name the account's tenant, which only one configuration knows") {
    const std::string start = "https://login.microsoftonline.com/";
    CHECK(issuer_for("") == start + "{tenantid}/v2.0");
    CHECK(issuer_for("organizations") == start + "{tenantid}/v2.0");
    CHECK(issuer_for("acme.onmicrosoft.com") == start + "{tenantid}/v2.0");
    CHECK(issuer_for(tenant) == start + tenant + "/v2.0");
    CHECK(issuer_for("consumers") == start + "9188040d-6c67-4c5b-b112-36a304b66dad/v2.0");
    CHECK(microsoft().descriptor->flags == TENON_DESCRIPTOR_NONCE);
}

TEST_CASE("Microsoft's code is exchanged, and each refresh brings a new refresh token") {
    const auto out = exchange(microsoft()).secret("code_verifier").reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token");
    CHECK(get(out.requests.at(0).path, "tenant") == "common");
    CHECK(out.grants.at(0).scope == "Calendars.Read User.Read");
    CHECK(out.grants.at(0).id_token == "eyJ.e30.s");
    const auto fresh = refresh(microsoft()).config("tenant", tenant).reply(200, tokens).run();
    CHECK(fresh.grants.at(0).refresh_token == "1.AXoA");
    CHECK(get(fresh.requests.at(0).path, "tenant") == tenant);
    CHECK(get(fresh.requests.at(0).form, "refresh_token") == "${refresh_token}");
    CHECK(microsoft().descriptor->refresh->flags == 0);  // the old one goes on
}

TEST_CASE("Microsoft's numbers tell the passing failures from the final ones") {
    check_failure(
        exchange(microsoft()).reply(400, aadsts("invalid_grant", 70008)).run(),
        TENON_ERROR_INVALID_CODE, "invalid_grant"
    );
    check_failure(
        refresh(microsoft()).reply(400, aadsts("invalid_grant", 700082)).run(), TENON_ERROR_REVOKED,
        "invalid_grant"
    );
    check_failure(
        refresh(microsoft()).reply(400, aadsts("interaction_required", 50076)).run(),
        TENON_ERROR_REVOKED, "interaction_required"
    );
    const auto secret = exchange(microsoft()).reply(401, aadsts("invalid_client", 7000222)).run();
    check_failure(secret, TENON_ERROR_MISCONFIGURED, "invalid_client");
    CHECK(secret.message.find("AADSTS7000222") != std::string::npos);
    check_failure(
        refresh(microsoft()).reply(400, aadsts("invalid_grant", 90033)).run(),
        TENON_ERROR_UNAVAILABLE, "invalid_grant"
    );
    check_failure(
        refresh(microsoft()).reply(400, aadsts("invalid_request", 90055)).run(),
        TENON_ERROR_RATE_LIMITED, "invalid_request"
    );
    check_common_failures(exchange(microsoft()));
    check_common_failures(refresh(microsoft()));
}

TEST_CASE("Microsoft's profile is Graph's: an address and a name are no identity") {
    const auto out = profile(microsoft()).reply(200, me).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://graph.microsoft.com/v1.0/me");
    CHECK(get(out.fields, "account_id") == "48d31887-5fad-4d73-a9f5-3c356e68a038");
    CHECK(get(out.fields, "username") == "meganb@acme.onmicrosoft.com");
    CHECK(get(out.fields, "email") == "meganb@acme.com");
    CHECK_FALSE(has(out.fields, "subject"));  // an ID token's is another for each client
    CHECK_FALSE(has(out.fields, "job_title"));
    check_failure(
        profile(microsoft()).reply(401, graph_error("InvalidAuthenticationToken")).run(),
        TENON_ERROR_TOKEN_REJECTED, "InvalidAuthenticationToken"
    );
    check_failure(
        profile(microsoft()).reply(403, graph_error("Authorization_RequestDenied")).run(),
        TENON_ERROR_SCOPE, "Authorization_RequestDenied"
    );
    const auto throttled = profile(microsoft())
                               .reply(429, graph_error("TooManyRequests"), {{"retry-after", "9"}})
                               .run();
    check_failure(throttled, TENON_ERROR_RATE_LIMITED, "TooManyRequests");
    CHECK(throttled.retry_after_ms == 9 * second);
    check_common_failures(profile(microsoft()));
}

TEST_CASE("Microsoft has no revocation, and says so") {
    const auto bit = std::uint64_t{1} << TENON_OP_REVOKE;
    CHECK((microsoft().descriptor->operations & bit) == 0);
    CHECK(revoke(microsoft()).run().status == TENON_UNSUPPORTED);
}
