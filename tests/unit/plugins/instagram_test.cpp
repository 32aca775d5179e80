#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto instagram() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("instagram");
}

constexpr auto flat =
    R"({"access_token":"IGAAshort","user_id":17841405793187218,"permissions":["instagram_business_basic","instagram_business_manage_insights"]})";
constexpr auto wrapped =
    R"({"data":[{"access_token":"IGAAshort","user_id":"17841405793187218","permissions":"instagram_business_basic,instagram_business_manage_insights"}]})";
constexpr auto long_lived =
    R"({"access_token":"IGAAlong","token_type":"bearer","expires_in":5183944})";

auto graph_error(int code) -> std::string {
    return R"({"error":{"message":"no","type":"OAuthException","code":)" + std::to_string(code) +
           "}}";
}

void check_exchanged(const outcome& out) {
    REQUIRE(out.done);
    REQUIRE(out.grants.size() == 1);
    const granted& got = out.grants[0];
    CHECK(got.access_token == "IGAAlong");
    CHECK(got.refresh_token.empty());
    CHECK(got.account_id == "17841405793187218");
    CHECK(got.scope == "instagram_business_basic instagram_business_manage_insights");
    CHECK(got.metadata == R"({"ig_business_id":"17841405793187218"})");
    const auto second_request = drive::now + 2 * second;
    CHECK(got.expires_at_ms == second_request + 5183944 * second);
    CHECK(got.refresh_not_before_ms == second_request + 24 * 3600 * second);
}

}  // namespace

TEST_CASE("Instagram is asked for consent with commas between scopes and without PKCE") {
    const auto out =
        authorize(instagram(), "instagram_business_basic instagram_business_manage_insights")
            .config("force_authentication", "1")
            .run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://www.instagram.com/oauth/authorize");
    CHECK(
        get(out.authorize.query, "scope") ==
        "instagram_business_basic,instagram_business_manage_insights"
    );
    CHECK(get(out.authorize.query, "client_id") == "${client_id}");
    CHECK(get(out.authorize.query, "state") == "st4te");
    CHECK(get(out.authorize.query, "force_authentication") == "1");
    CHECK_FALSE(has(out.authorize.query, "code_challenge"));
    CHECK_FALSE(has(out.authorize.query, "enable_fb_login"));
    CHECK(instagram().descriptor->pkce_mode == TENON_PKCE_NEVER);
}

TEST_CASE("Instagram's basic scope, without which no token is renewed, is added where it is missing"
) {
    const auto asked = [](const std::string& scopes) {
        return get(authorize(instagram(), scopes).run().authorize.query, "scope");
    };
    CHECK(
        asked("instagram_business_manage_insights") ==
        "instagram_business_basic,instagram_business_manage_insights"
    );
    CHECK(asked("instagram_business_basic") == "instagram_business_basic");
    CHECK(asked("") == "instagram_business_basic");
}

TEST_CASE("Instagram's code becomes a long-lived token by two requests, both sealed") {
    const auto out = exchange(instagram()).reply(200, flat).reply(200, long_lived).run();
    check_exchanged(out);
    REQUIRE(out.requests.size() == 2);
    CHECK(out.requests[0].method == "POST");
    CHECK(out.requests[0].url == "https://api.instagram.com/oauth/access_token");
    CHECK(out.requests[0].flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(out.requests[1].method == "GET");
    CHECK(out.requests[1].url == "https://graph.instagram.com/access_token");
    CHECK(out.requests[1].flags == TENON_HTTP_GRANT_REPLY);
    CHECK(get(out.requests[1].query, "grant_type") == "ig_exchange_token");
    CHECK(get(out.requests[1].query, "client_secret") == "${client_secret}");
    CHECK(get(out.requests[1].query, "access_token") == "IGAAshort");
}

TEST_CASE("Instagram's wrapped token answer with a text for id and scopes means the same") {
    check_exchanged(exchange(instagram()).reply(200, wrapped).reply(200, long_lived).run());
}

TEST_CASE("the fragment that Instagram appends to a code is cut off") {
    const auto out = exchange(instagram(), "AQBx#_").reply(200, flat).reply(200, long_lived).run();
    CHECK(get(out.requests.at(0).form, "code") == "AQBx");
}

TEST_CASE("Instagram's own form of errors is understood") {
    const auto refused = [](const char* message) {
        return exchange(instagram())
            .reply(
                400, R"({"error_type":"OAuthException","code":400,"error_message":")" +
                         std::string(message) + "\"}"
            )
            .run();
    };
    check_failure(
        refused("Matching code was not found or was already used"), TENON_ERROR_INVALID_CODE,
        "OAuthException"
    );
    check_failure(
        refused("Error validating client secret"), TENON_ERROR_MISCONFIGURED, "OAuthException"
    );
    check_failure(
        refused(
            "Error validating verification code. Please make sure your redirect_uri is identical"
        ),
        TENON_ERROR_MISCONFIGURED, "OAuthException"
    );
    check_failure(refused("Invalid platform app"), TENON_ERROR_MISCONFIGURED, "OAuthException");
    check_common_failures(exchange(instagram()));
    check_common_failures(exchange(instagram()).reply(200, flat));
}

TEST_CASE("an Instagram answer without a token is the provider's fault") {
    check_failure(
        exchange(instagram()).reply(200, R"({"user_id":1})").run(), TENON_ERROR_PROVIDER, ""
    );
    check_failure(
        exchange(instagram()).reply(200, R"({"access_token":7})").run(), TENON_ERROR_PROVIDER, ""
    );
    check_failure(
        exchange(instagram()).reply(200, flat).reply(200, "{}").run(), TENON_ERROR_PROVIDER, ""
    );
}

TEST_CASE("an Instagram token refreshes itself, by GET, not before its 24th hour") {
    const auto out =
        drive(instagram(), TENON_OP_REFRESH).secret("access_token").reply(200, long_lived).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).method == "GET");
    CHECK(out.requests.at(0).url == "https://graph.instagram.com/refresh_access_token");
    CHECK(get(out.requests.at(0).query, "access_token") == "${access_token}");
    CHECK(out.requests.at(0).flags == TENON_HTTP_GRANT_REPLY);
    CHECK(out.grants.at(0).access_token == "IGAAlong");
    CHECK(out.grants.at(0).scope.empty());
    CHECK(out.grants.at(0).refresh_not_before_ms == drive::now + second + 86400 * second);
    const auto* policy = instagram().descriptor->refresh;
    REQUIRE(policy != nullptr);
    CHECK(policy->not_before_s == 86400);
    CHECK(policy->flags == TENON_REFRESH_ACCESS_TOKEN);
}

TEST_CASE("Graph's error codes tell what to do about a refresh") {
    const auto refused = [](int code) {
        return drive(instagram(), TENON_OP_REFRESH)
            .secret("access_token")
            .reply(400, graph_error(code))
            .run();
    };
    check_failure(refused(190), TENON_ERROR_REVOKED, "190");
    check_failure(refused(10), TENON_ERROR_SCOPE, "10");
    check_failure(refused(4), TENON_ERROR_RATE_LIMITED, "4");
    check_failure(refused(80002), TENON_ERROR_RATE_LIMITED, "80002");
    check_limit(
        drive(instagram(), TENON_OP_REFRESH).secret("access_token"), 400, graph_error(80002),
        {{"x-business-use-case-usage",
          R"({"17":[{"type":"instagram","estimated_time_to_regain_access":19}]})"}},
        19 * 60
    );
    check_failure(refused(2), TENON_ERROR_UNAVAILABLE, "2");
    check_failure(refused(100), TENON_ERROR_PROVIDER, "100");
    check_common_failures(drive(instagram(), TENON_OP_REFRESH).secret("access_token"));
}

TEST_CASE("Instagram's profile is read flat and wrapped") {
    const std::string me =
        R"({"id":"26012345678901234","user_id":"17841405793187218","username":"acme_shop","name":"Acme Shop","account_type":"BUSINESS","profile_picture_url":"https://scontent.cdninstagram.com/v/x.jpg","followers_count":15230,"follows_count":310,"media_count":842})";
    const auto one = profile(instagram()).reply(200, me).run();
    const auto two = profile(instagram()).reply(200, "{\"data\":[" + me + "]}").run();
    for (const auto& out : {one, two}) {
        REQUIRE(out.done);
        CHECK(get(out.fields, "account_id") == "17841405793187218");
        CHECK(get(out.fields, "username") == "acme_shop");
        CHECK(get(out.fields, "display_name") == "Acme Shop");
        CHECK(get(out.fields, "followers") == "15230");
        CHECK(get(out.fields, "ig_business_id") == "17841405793187218");
        CHECK(get(out.fields, "account_type") == "BUSINESS");
    }
    CHECK(get(one.fields, "raw") == me);
    CHECK(one.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(one.requests.at(0).url == "https://graph.instagram.com/{version}/me");
    CHECK(get(one.requests.at(0).path, "version") == "v26.0");
    const auto pinned = profile(instagram()).config("api_version", "v25.0").reply(200, me).run();
    CHECK(get(pinned.requests.at(0).path, "version") == "v25.0");
}

TEST_CASE("Instagram's profile falls back on the app's own id, also as a number") {
    const auto out = profile(instagram()).reply(200, R"({"id":26012345678901234})").run();
    CHECK(get(out.fields, "account_id") == "26012345678901234");
    CHECK_FALSE(has(out.fields, "ig_business_id"));
}

TEST_CASE("a dead Instagram token is told apart from a missing permission") {
    check_failure(
        profile(instagram()).reply(401, graph_error(190)).run(), TENON_ERROR_TOKEN_REJECTED, "190"
    );
    check_failure(
        profile(instagram()).reply(400, graph_error(200)).run(), TENON_ERROR_SCOPE, "200"
    );
    check_common_failures(profile(instagram()));
}

TEST_CASE("Instagram has no revocation, and does not say that it has") {
    CHECK((instagram().descriptor->operations & (1U << TENON_OP_REVOKE)) == 0);
    CHECK(revoke(instagram()).run().status == TENON_UNSUPPORTED);
}
