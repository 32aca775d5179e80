#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto notion() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("notion");
}

auto tokens(const std::string& refresh_token, const std::string& owner) -> std::string {
    return R"({"access_token":"ntn_123","token_type":"bearer","refresh_token":)" + refresh_token +
           R"(,"bot_id":"b1","workspace_icon":null,"workspace_name":"Acme","workspace_id":"w1","owner":)" +
           owner + R"(,"duplicated_template_id":null,"request_id":"9a3e"})";
}

const std::string person =
    R"({"type":"user","user":{"object":"user","id":"p1","name":"Aman Gupta","avatar_url":null,"type":"person","person":{"email":"aman@acme.com"}}})";
const std::string me =
    R"({"object":"user","id":"b1","name":"Acme Sync","avatar_url":null,"type":"bot","bot":{"owner":)" +
    person + R"(,"workspace_name":"Acme"}})";

auto own_error(const char* code) -> std::string {
    return R"({"object":"error","status":400,"code":")" + std::string(code) +
           R"(","message":"no","request_id":"9a3e"})";
}

}  // namespace

TEST_CASE("Notion is asked for a person's consent, and knows no scopes") {
    const auto out = authorize(notion(), "anything").run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://api.notion.com/v1/oauth/authorize");
    CHECK(get(out.authorize.query, "owner") == "user");
    CHECK_FALSE(has(out.authorize.query, "scope"));
    CHECK_FALSE(has(out.authorize.query, "code_challenge"));
}

TEST_CASE("Notion's code is exchanged by JSON and Basic, and the answer tells the account") {
    const auto out = exchange(notion()).reply(200, tokens("\"nrt_456\"", person)).run();
    REQUIRE(out.done);
    const auto& sent = out.requests.at(0);
    CHECK(sent.url == "https://api.notion.com/v1/oauth/token");
    CHECK(get(sent.json, "grant_type") == "authorization_code");
    CHECK(get(sent.json, "redirect_uri") == "https://app.example/cb");
    CHECK(get(sent.headers, "Notion-Version") == "2025-09-03");
    CHECK(sent.flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(notion().descriptor->client_auth == TENON_CLIENT_AUTH_BASIC);
    const granted& got = out.grants.at(0);
    CHECK(got.account_id == "w1:p1");
    CHECK(got.refresh_token == "nrt_456");
    CHECK(got.expires_at_ms == 0);
    CHECK(
        got.metadata ==
        R"({"workspace_id":"w1","workspace_name":"Acme","bot_id":"b1","owner":)" + person + "}"
    );
}

TEST_CASE("a Notion app of the workspace's is the workspace, and may have no refresh token") {
    const auto out = exchange(notion())
                         .config("notion_version", "2022-06-28")
                         .reply(200, tokens("null", R"({"type":"workspace","workspace":true})"))
                         .run();
    REQUIRE(out.done);
    CHECK(out.grants.at(0).account_id == "w1");
    CHECK(out.grants.at(0).refresh_token.empty());
    CHECK(get(out.requests.at(0).headers, "Notion-Version") == "2022-06-28");
    check_failure(
        drive(notion(), TENON_OP_REFRESH).secret("access_token").run(), TENON_ERROR_UNSUPPORTED, ""
    );
}

TEST_CASE("Notion's refresh tokens rotate") {
    const auto out = refresh(notion()).reply(200, tokens("\"nrt_789\"", person)).run();
    REQUIRE(out.done);
    CHECK(get(out.requests.at(0).json, "refresh_token") == "${refresh_token}");
    CHECK(get(out.requests.at(0).headers, "Notion-Version") == "2025-09-03");
    CHECK(out.grants.at(0).refresh_token == "nrt_789");
    CHECK(notion().descriptor->refresh->flags == TENON_REFRESH_ROTATES);
}

TEST_CASE("Notion's errors are understood in both their forms") {
    check_failure(
        refresh(notion()).reply(400, R"({"error":"invalid_grant","request_id":"1"})").run(),
        TENON_ERROR_REVOKED, "invalid_grant"
    );
    check_failure(
        refresh(notion()).reply(401, own_error("invalid_grant")).run(), TENON_ERROR_REVOKED,
        "invalid_grant"
    );
    check_failure(
        exchange(notion()).reply(400, own_error("invalid_grant")).run(), TENON_ERROR_INVALID_CODE,
        "invalid_grant"
    );
    check_failure(
        exchange(notion()).reply(401, R"({"error":"invalid_client"})").run(),
        TENON_ERROR_MISCONFIGURED, "invalid_client"
    );
    check_failure(
        exchange(notion()).reply(401, own_error("unauthorized")).run(), TENON_ERROR_MISCONFIGURED,
        "unauthorized"
    );
    check_common_failures(exchange(notion()));
    check_common_failures(refresh(notion()));
}

TEST_CASE("Notion's profile is the bot's, and tells whose it is") {
    const auto out = profile(notion()).param("account_id", "w1:p1").reply(200, me).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://api.notion.com/v1/users/me");
    CHECK(get(out.requests.at(0).headers, "Notion-Version") == "2025-09-03");
    CHECK(get(out.fields, "account_id") == "w1:p1");
    CHECK(get(out.fields, "username") == "Acme Sync");
    CHECK(get(out.fields, "display_name") == "Aman Gupta");
    CHECK(get(out.fields, "email") == "aman@acme.com");
    CHECK(get(out.fields, "workspace_name") == "Acme");
    CHECK(get(profile(notion()).reply(200, me).run().fields, "account_id") == "b1");
}

TEST_CASE("what Notion's API refuses is told apart") {
    const auto refused = [](std::uint32_t status, const char* code) {
        return profile(notion()).reply(status, own_error(code)).run();
    };
    check_failure(refused(401, "unauthorized"), TENON_ERROR_TOKEN_REJECTED, "unauthorized");
    check_failure(refused(403, "restricted_resource"), TENON_ERROR_SCOPE, "restricted_resource");
    check_failure(refused(409, "conflict_error"), TENON_ERROR_UNAVAILABLE, "conflict_error");
    check_failure(refused(529, "service_overload"), TENON_ERROR_UNAVAILABLE, "service_overload");
    check_failure(refused(400, "validation_error"), TENON_ERROR_PROVIDER, "validation_error");
    check_failure(refused(429, "rate_limited"), TENON_ERROR_RATE_LIMITED, "rate_limited");
    check_common_failures(profile(notion()));
}

TEST_CASE("a Notion token is revoked by JSON and Basic") {
    const auto out = revoke(notion()).reply(200, R"({"request_id":"1"})").run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://api.notion.com/v1/oauth/revoke");
    CHECK(get(out.requests.at(0).json, "token") == "${access_token}");
    CHECK(get(out.requests.at(0).headers, "Notion-Version") == "2025-09-03");
    CHECK(out.requests.at(0).flags == TENON_HTTP_CLIENT_AUTH);
    check_failure(
        revoke(notion()).reply(401, own_error("unauthorized")).run(), TENON_ERROR_MISCONFIGURED,
        "unauthorized"
    );
    check_common_failures(revoke(notion()));
}
