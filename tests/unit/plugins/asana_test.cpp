#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto asana() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("asana");
}

constexpr auto tokens =
    R"({"access_token":"2/1199/12:ab","token_type":"bearer","expires_in":3600,"data":{"id":4673218951,"gid":"4673218951","name":"Greg Sanchez","email":"greg@acme.com"},"refresh_token":"2/1199/12:rt"})";
constexpr auto me =
    R"({"data":{"gid":"4673218951","resource_type":"user","name":"Greg Sanchez","email":"greg@acme.com","photo":{"image_128x128":"https://asanausercontent.com/a.png"},"workspaces":[{"gid":"111","name":"Acme"}]}})";

}  // namespace

TEST_CASE("Asana is asked for consent with spaces between scopes") {
    const auto out = authorize(asana(), "tasks:read users:read")
                         .param("code_challenge", "ch")
                         .param("code_challenge_method", "S256")
                         .run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://app.asana.com/-/oauth_authorize");
    CHECK(get(out.authorize.query, "scope") == "tasks:read users:read");
    CHECK(get(out.authorize.query, "code_challenge_method") == "S256");
}

TEST_CASE("Asana's token answer tells whose the tokens are") {
    const auto out = exchange(asana()).reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://app.asana.com/-/oauth_token");
    CHECK(asana().descriptor->client_auth == TENON_CLIENT_AUTH_POST);
    CHECK(out.grants.at(0).account_id == "4673218951");
    CHECK(out.grants.at(0).refresh_token == "2/1199/12:rt");
    const auto older =
        exchange(asana())
            .reply(
                200, R"({"access_token":"a","token_type":"bearer","data":{"id":9007199254740993}})"
            )
            .run();
    CHECK(older.grants.at(0).account_id == "9007199254740993");
    check_failure(
        exchange(asana())
            .reply(
                400,
                R"({"error":"invalid_grant","error_description":"The code provided was invalid."})"
            )
            .run(),
        TENON_ERROR_INVALID_CODE, "invalid_grant"
    );
    check_failure(
        exchange(asana()).reply(200, R"({"access_token":"a","token_type":"mac"})").run(),
        TENON_ERROR_PROVIDER, ""
    );
    check_common_failures(exchange(asana()));
}

TEST_CASE("Asana's refresh token stays") {
    const auto out = refresh(asana()).reply(
        200, R"({"access_token":"b","token_type":"bearer","expires_in":3600})"
    );
    const auto done = drive(out).run();
    REQUIRE(done.done);
    CHECK(done.grants.at(0).refresh_token.empty());
    CHECK(asana().descriptor->refresh->flags == 0);
    CHECK(asana().descriptor->refresh->default_lifetime_s == 3600);
    check_failure(
        drive(asana(), TENON_OP_REFRESH).secret("access_token").run(), TENON_ERROR_REVOKED, ""
    );
    check_common_failures(refresh(asana()));
}

TEST_CASE("Asana's profile is read, with or without a photo") {
    const auto out = profile(asana()).reply(200, me).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://app.asana.com/api/1.0/users/me");
    CHECK(get(out.fields, "account_id") == "4673218951");
    CHECK(get(out.fields, "username") == "greg@acme.com");
    CHECK(get(out.fields, "avatar_url") == "https://asanausercontent.com/a.png");
    CHECK(get(out.fields, "workspaces") == R"([{"gid":"111","name":"Acme"}])");
    const auto bare = profile(asana()).reply(200, R"({"data":{"gid":"1","photo":null}})").run();
    CHECK_FALSE(has(bare.fields, "avatar_url"));
    check_failure(
        profile(asana()).reply(401, R"({"errors":[{"message":"Not Authorized"}]})").run(),
        TENON_ERROR_TOKEN_REJECTED, ""
    );
    check_common_failures(profile(asana()));
}

TEST_CASE("Asana revokes the refresh token, and nothing else") {
    const auto out = revoke(asana()).reply(200, "{}").run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://app.asana.com/-/oauth_revoke");
    CHECK(get(out.requests.at(0).form, "token") == "${refresh_token}");
    CHECK(out.requests.at(0).flags == TENON_HTTP_CLIENT_AUTH);
    check_failure(
        drive(asana(), TENON_OP_REVOKE).secret("access_token").run(), TENON_ERROR_UNSUPPORTED, ""
    );
    CHECK_FALSE(revoke(asana()).reply(503, "").run().done);
}
