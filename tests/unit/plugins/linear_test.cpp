#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto linear() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("linear");
}

constexpr auto tokens =
    R"({"access_token":"lin_oauth_1","token_type":"Bearer","expires_in":86399,"scope":"read write","refresh_token":"lin_refresh_2"})";
constexpr auto viewer =
    R"({"data":{"viewer":{"id":"0b1d","name":"Kim Doe","displayName":"kim","email":"kim@acme.com","avatarUrl":null,"organization":{"id":"c2f1","name":"Acme","urlKey":"acme"}}}})";

auto graphql_error(const char* code) -> std::string {
    return R"({"errors":[{"message":"no","extensions":{"type":"x","code":")" + std::string(code) +
           R"("}}]})";
}

}  // namespace

TEST_CASE("Linear is asked for consent with commas between scopes") {
    const auto out = authorize(linear(), "read issues:create")
                         .param("code_challenge", "ch")
                         .param("code_challenge_method", "S256")
                         .config("actor", "app")
                         .run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://linear.app/oauth/authorize");
    CHECK(get(out.authorize.query, "scope") == "read,issues:create");
    CHECK(get(out.authorize.query, "prompt") == "consent");
    CHECK(get(out.authorize.query, "actor") == "app");
    CHECK(get(out.authorize.query, "code_challenge") == "ch");
    CHECK_FALSE(has(authorize(linear(), "read").run().authorize.query, "actor"));
}

TEST_CASE("Linear's tokens are taken with scopes in a text or, as they once were, in a list") {
    const auto out = exchange(linear()).reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://api.linear.app/oauth/token");
    CHECK(out.grants.at(0).scope == "read write");
    const auto listed =
        exchange(linear()).reply(200, R"({"access_token":"lin_1","scope":["read","write"]})").run();
    CHECK(listed.grants.at(0).scope == "read write");
    check_common_failures(exchange(linear()));
}

TEST_CASE("Linear's refresh tokens rotate, and are taken again for half an hour") {
    const auto out = refresh(linear()).reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(out.grants.at(0).refresh_token == "lin_refresh_2");
    const auto* policy = linear().descriptor->refresh;
    REQUIRE(policy != nullptr);
    CHECK(policy->flags == TENON_REFRESH_ROTATES);
    CHECK(policy->reuse_grace_s == 1800);
    check_failure(
        refresh(linear()).reply(400, R"({"error":"invalid_grant"})").run(), TENON_ERROR_REVOKED,
        "invalid_grant"
    );
    check_common_failures(refresh(linear()));
}

TEST_CASE("Linear's profile is asked of its GraphQL") {
    const auto out = profile(linear()).reply(200, viewer).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).method == "POST");
    CHECK(get(out.requests.at(0).json, "query").starts_with("query{viewer{id"));
    CHECK(out.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(get(out.fields, "account_id") == "0b1d");
    CHECK(get(out.fields, "username") == "kim");
    CHECK(get(out.fields, "organization") == R"({"id":"c2f1","name":"Acme","urlKey":"acme"})");
    CHECK_FALSE(has(out.fields, "avatar_url"));
}

TEST_CASE("Linear's GraphQL errors tell what they are, whatever the status") {
    const auto refused = [](std::uint32_t status, const char* code) {
        return profile(linear()).reply(status, graphql_error(code)).run();
    };
    check_failure(refused(400, "RATELIMITED"), TENON_ERROR_RATE_LIMITED, "RATELIMITED");
    check_failure(
        refused(401, "AUTHENTICATION_ERROR"), TENON_ERROR_TOKEN_REJECTED, "AUTHENTICATION_ERROR"
    );
    check_failure(
        refused(200, "AUTHENTICATION_ERROR"), TENON_ERROR_TOKEN_REJECTED, "AUTHENTICATION_ERROR"
    );
    check_failure(refused(200, "FORBIDDEN"), TENON_ERROR_SCOPE, "FORBIDDEN");
    check_failure(refused(400, "INVALID_INPUT"), TENON_ERROR_PROVIDER, "INVALID_INPUT");
    check_common_failures(profile(linear()));
}

TEST_CASE("of Linear's limits the one that is used up says when it ends, in milliseconds") {
    const pairs requests = {
        {"x-ratelimit-requests-remaining", "0"},
        {"x-ratelimit-requests-reset", "1790000031000"},
        {"x-ratelimit-complexity-remaining", "2000"},
        {"x-ratelimit-complexity-reset", "1790003600000"}};
    auto complexity = requests;
    complexity.at(0).value = "7";
    check_limit(profile(linear()), 400, graphql_error("RATELIMITED"), requests, 30);
    check_limit(profile(linear()), 400, graphql_error("RATELIMITED"), complexity, 3599);
    check_limit(refresh(linear()), 429, "{}", requests, 30);
    check_limit(exchange(linear()), 429, "{}", requests, 30);
}

TEST_CASE("a Linear token revokes itself") {
    const auto out = revoke(linear()).reply(200, R"({"success":true})").run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://api.linear.app/oauth/revoke");
    CHECK(out.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(out.requests.at(0).form.empty());
    CHECK_FALSE(revoke(linear()).reply(400, "{}").run().done);
}
