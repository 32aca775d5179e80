#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto reddit() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("reddit");
}

constexpr auto agent = "web:${client_id}:1.0 (by /u/acme_dev)";
constexpr auto tokens =
    R"({"access_token":"eyJhbGc.re","token_type":"bearer","expires_in":86400,"refresh_token":"70162531-Xy","scope":"identity history read"})";
constexpr auto me =
    R"({"id":"33bma","name":"acme_dev","icon_img":"https://styles.redditmedia.com/a.png","total_karma":201,"link_karma":34,"comment_karma":167,"created_utc":1203420772.0,"has_verified_email":true,"subreddit":{"display_name":"u_acme_dev","title":"Acme","subscribers":3}})";
constexpr auto unauthorized = R"({"message":"Unauthorized","error":401})";
constexpr auto bad_request = R"({"message":"Bad Request","error":400})";

// With what the operator must configure.
auto by(drive operation) -> drive {
    return operation.config("reddit_user", "acme_dev");
}

}  // namespace

TEST_CASE("Reddit is asked for a permanent grant, without PKCE, and for who it is") {
    const auto out = by(authorize(reddit(), "read")).run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://www.reddit.com/api/v1/authorize");
    CHECK(get(out.authorize.query, "duration") == "permanent");
    CHECK(get(out.authorize.query, "scope") == "identity read");
    CHECK(reddit().descriptor->pkce_mode == TENON_PKCE_NEVER);
    CHECK(reddit().descriptor->client_auth == TENON_CLIENT_AUTH_BASIC);
    REQUIRE(reddit().descriptor->config_field_count == 1);
    CHECK(reddit().descriptor->config_fields[0]->flags == TENON_FIELD_REQUIRED);
}

TEST_CASE("each request to Reddit says who is asking") {
    for (const auto& out :
         {by(exchange(reddit())).reply(200, tokens).run(),
          by(refresh(reddit())).reply(200, tokens).run(),
          by(profile(reddit())).reply(200, me).run(), by(revoke(reddit())).reply(204, "").run()}) {
        REQUIRE(out.done);
        for (const auto& sent : out.requests) {
            CHECK(get(sent.headers, "User-Agent") == agent);
        }
    }
}

TEST_CASE("Reddit's code is exchanged, and its refresh token stays") {
    const auto out = by(exchange(reddit())).reply(200, tokens).run();
    CHECK(out.requests.at(0).url == "https://www.reddit.com/api/v1/access_token");
    CHECK(out.grants.at(0).refresh_token == "70162531-Xy");
    CHECK(out.grants.at(0).scope == "identity history read");
    const auto fresh =
        by(refresh(reddit()))
            .reply(200, R"({"access_token":"b","token_type":"bearer","expires_in":86400})")
            .run();
    CHECK(fresh.grants.at(0).refresh_token.empty());
    CHECK(reddit().descriptor->refresh->flags == 0);
}

TEST_CASE("Reddit's errors come under 200, or with numbers") {
    check_failure(
        by(exchange(reddit())).reply(200, R"({"error":"invalid_grant"})").run(),
        TENON_ERROR_INVALID_CODE, "invalid_grant"
    );
    check_failure(
        by(exchange(reddit())).reply(401, unauthorized).run(), TENON_ERROR_MISCONFIGURED, "401"
    );
    check_failure(by(refresh(reddit())).reply(400, bad_request).run(), TENON_ERROR_REVOKED, "400");
    check_failure(
        by(refresh(reddit())).reply(400, R"({"error":"invalid_request"})").run(),
        TENON_ERROR_REVOKED, "invalid_request"
    );
    check_failure(
        by(exchange(reddit())).reply(400, bad_request).run(), TENON_ERROR_PROVIDER, "400"
    );
    check_failure(
        by(profile(reddit())).reply(401, unauthorized).run(), TENON_ERROR_TOKEN_REJECTED, "401"
    );
    check_failure(
        by(profile(reddit())).reply(403, R"({"message":"Forbidden","error":403})").run(),
        TENON_ERROR_SCOPE, "403"
    );
    check_common_failures(by(exchange(reddit())));
    check_common_failures(by(refresh(reddit())));
    check_common_failures(by(profile(reddit())));
}

TEST_CASE("Reddit says in seconds with a fraction when it may be asked again") {
    const auto wait = [](const char* reset) {
        return by(profile(reddit())).reply(429, "", {{"x-ratelimit-reset", reset}}).run();
    };
    CHECK(wait("12.0").retry_after_ms == 12 * second);
    CHECK(wait("12").retry_after_ms == 12 * second);
    CHECK(wait("soon").retry_after_ms == 0);
    CHECK(wait("-3").retry_after_ms == 0);
    CHECK(wait("12.4").retry_after_ms == 13 * second);
    check_limit(by(refresh(reddit())), 429, "", {{"x-ratelimit-reset", "12"}}, 12);
    check_limit(by(exchange(reddit())), 429, "", {{"x-ratelimit-reset", "12"}}, 12);
}

TEST_CASE("Reddit's profile is asked for unescaped") {
    const auto out = by(profile(reddit())).reply(200, me).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://oauth.reddit.com/api/v1/me");
    CHECK(get(out.requests.at(0).query, "raw_json") == "1");
    CHECK(get(out.fields, "account_id") == "33bma");
    CHECK(get(out.fields, "username") == "acme_dev");
    CHECK(get(out.fields, "display_name") == "Acme");
    CHECK(get(out.fields, "followers") == "3");
    CHECK(get(out.fields, "total_karma") == "201");
}

TEST_CASE("Reddit revokes the refresh token, and all with it") {
    const auto out = by(revoke(reddit())).reply(204, "").run();
    CHECK(out.requests.at(0).url == "https://www.reddit.com/api/v1/revoke_token");
    CHECK(get(out.requests.at(0).form, "token") == "${refresh_token}");
    CHECK(get(out.requests.at(0).form, "token_type_hint") == "refresh_token");
    const auto one =
        by(drive(reddit(), TENON_OP_REVOKE).secret("access_token")).reply(204, "").run();
    CHECK(get(one.requests.at(0).form, "token") == "${access_token}");
    CHECK(get(one.requests.at(0).form, "token_type_hint") == "access_token");
    check_failure(
        by(revoke(reddit())).reply(401, unauthorized).run(), TENON_ERROR_MISCONFIGURED, "401"
    );
}
