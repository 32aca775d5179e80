#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto facebook() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("facebook");
}

constexpr auto short_lived =
    R"({"access_token":"EAAGshort","token_type":"bearer","expires_in":5183})";
constexpr auto long_lived =
    R"({"access_token":"EAAGlong","token_type":"bearer","expires_in":5183944})";
constexpr auto permissions =
    R"({"data":[{"permission":"email","status":"granted"},{"permission":"pages_show_list","status":"declined"},{"permission":"public_profile","status":"granted"}]})";
constexpr auto me =
    R"({"id":"10220000000000001","name":"Dana Page","email":"dana@example.com","picture":{"data":{"height":50,"is_silhouette":false,"url":"https://platform-lookaside.fbsbx.com/p.jpg","width":50}}})";

auto graph_error(int code, const std::string& message = "no", int subcode = 0) -> std::string {
    return R"({"error":{"message":")" + message + R"(","type":"OAuthException","code":)" +
           std::to_string(code) + R"(,"error_subcode":)" + std::to_string(subcode) + "}}";
}

// With the host's answer to the call that signs the token.
auto proven(drive operation) -> drive {
    return operation.serve(TENON_OK, {{"hex", "5ec7e7"}});
}

auto exchanged(drive operation) -> drive {
    return proven(operation.reply(200, short_lived).reply(200, long_lived)).reply(200, permissions);
}

}  // namespace

TEST_CASE("Facebook is asked for consent with commas between scopes, in a version of its API") {
    const auto out = authorize(facebook(), "public_profile email").run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://www.facebook.com/{version}/dialog/oauth");
    CHECK(get(out.authorize.path, "version") == "v26.0");
    CHECK(get(out.authorize.query, "scope") == "public_profile,email");
    CHECK(get(out.authorize.query, "response_type") == "code");
    CHECK_FALSE(has(out.authorize.query, "code_challenge"));
    CHECK_FALSE(has(out.authorize.query, "auth_type"));
    const auto again = authorize(facebook(), "email")
                           .config("api_version", "v25.0")
                           .connect("auth_type", "rerequest");
    const auto asked = drive(again).run();
    CHECK(get(asked.authorize.path, "version") == "v25.0");
    CHECK(get(asked.authorize.query, "auth_type") == "rerequest");
}

TEST_CASE("a configuration of Facebook Login for Business takes the place of scopes") {
    const auto out = authorize(facebook(), "email").config("config_id", "4711").run();
    CHECK(get(out.authorize.query, "config_id") == "4711");
    CHECK(get(out.authorize.query, "override_default_response_type") == "true");
    CHECK_FALSE(has(out.authorize.query, "scope"));
}

TEST_CASE("Facebook's code becomes a long-lived token, with what the person granted") {
    const auto out = exchanged(exchange(facebook(), "AQDx#_=_")).run();
    REQUIRE(out.done);
    REQUIRE(out.requests.size() == 3);
    CHECK(out.requests[0].url == "https://graph.facebook.com/{version}/oauth/access_token");
    CHECK(out.requests[0].flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(get(out.requests[0].form, "code") == "AQDx");
    CHECK(out.requests[1].method == "POST");
    CHECK(out.requests[1].flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(get(out.requests[1].form, "grant_type") == "fb_exchange_token");
    CHECK(get(out.requests[1].form, "fb_exchange_token") == "EAAGshort");
    CHECK(out.requests[2].url == "https://graph.facebook.com/{version}/me/permissions");
    CHECK(get(out.requests[2].headers, "Authorization") == "Bearer EAAGlong");
    CHECK(get(out.requests[2].query, "appsecret_proof") == "5ec7e7");
    for (const auto& one : out.requests) {
        CHECK_FALSE(has(one.query, "access_token"));
    }
    REQUIRE(out.grants.size() == 1);
    CHECK(out.grants[0].access_token == "EAAGlong");
    CHECK(out.grants[0].scope == "email public_profile");
    CHECK(out.grants[0].expires_at_ms == drive::now + 2 * second + 5183944 * second);
}

TEST_CASE("the proof of a Facebook token is made by the host, with a secret that it keeps") {
    const auto out = exchanged(exchange(facebook())).run();
    REQUIRE(out.calls.size() == 1);
    CHECK(out.calls[0].id == "tenon.hmac-sha256/1");
    CHECK(get(out.calls[0].args, "key") == "${client_secret}");
    CHECK(get(out.calls[0].args, "message") == "EAAGlong");
    const auto stored = proven(profile(facebook())).reply(200, me).run();
    CHECK(get(stored.calls.at(0).args, "message") == "${access_token}");
    CHECK(facebook().descriptor->host_calls.count == 1);
    check_failure(profile(facebook()).serve(TENON_INVALID).run(), TENON_ERROR_MISCONFIGURED, "");
}

TEST_CASE("a Facebook token without an end has none") {
    const auto out = proven(exchange(facebook())
                                .reply(200, R"({"access_token":"EAAGshort"})")
                                .reply(200, R"({"access_token":"EAAGlong"})"))
                         .reply(200, permissions)
                         .run();
    REQUIRE(out.done);
    CHECK(out.grants.at(0).expires_at_ms == 0);
    const auto* policy = facebook().descriptor->refresh;
    REQUIRE(policy != nullptr);
    CHECK(policy->default_lifetime_s == 0);
    CHECK(policy->flags == TENON_REFRESH_ACCESS_TOKEN);
}

TEST_CASE("the page that was chosen brings a token of its own, which does not expire") {
    const auto out =
        exchanged(exchange(facebook()).connect("page", "500100"))
            .reply(
                200,
                R"({"id":"500100","name":"Acme","access_token":"EAAGpage","tasks":["ANALYZE"],"instagram_business_account":{"id":"1784","username":"acme"}})"
            )
            .run();
    REQUIRE(out.done);
    CHECK(out.requests.at(3).url == "https://graph.facebook.com/{version}/{page}");
    CHECK(get(out.requests.at(3).path, "page") == "500100");
    REQUIRE(out.grants.size() == 2);
    CHECK(out.grants[0].slot.empty());
    CHECK(out.grants[1].slot == "page");
    CHECK(out.grants[1].access_token == "EAAGpage");
    CHECK(out.grants[1].expires_at_ms == 0);
    CHECK(out.grants[1].refresh_not_before_ms > drive::now + 50LL * 365 * 86400 * second);
    CHECK(
        out.grants[0].metadata ==
        R"({"page_id":"500100","page_name":"Acme","page_tasks":["ANALYZE"],"instagram_business_account":{"id":"1784","username":"acme"}})"
    );
}

TEST_CASE("a page that the person gave no access to is no connection") {
    const auto asked = exchanged(exchange(facebook()).connect("page", "500100"));
    check_failure(
        drive(asked).reply(400, graph_error(100, "no such object", 33)).run(),
        TENON_ERROR_ACCESS_DENIED, ""
    );
    check_failure(
        drive(asked).reply(200, R"({"id":"500100","name":"Acme"})").run(),
        TENON_ERROR_ACCESS_DENIED, ""
    );
    check_failure(drive(asked).reply(400, graph_error(4)).run(), TENON_ERROR_RATE_LIMITED, "4");
}

TEST_CASE("Meta says by its usage, in minutes, when an account may be asked again") {
    const auto used = [](const char* usage, std::int64_t minutes) {
        check_limit(
            profile(facebook()).serve(TENON_OK, {{"hex", "5ec7e7"}}), 400, graph_error(80001),
            {{"x-app-usage", R"({"call_count":100,"total_cputime":15,"total_time":12})"},
             {"x-business-use-case-usage", usage}},
            minutes * 60
        );
    };
    used(R"({"17":[{"type":"pages","call_count":95,"estimated_time_to_regain_access":19}]})", 19);
    used(
        R"({"17":[{"type":"pages","estimated_time_to_regain_access":0},{"type":"instagram","estimated_time_to_regain_access":3}],"18":[{"estimated_time_to_regain_access":5}]})",
        5
    );
    used(R"({"17":[{"estimated_time_to_regain_access":999999999999999999}]})", 24 * 60);
    used(R"({"17":[{"estimated_time_to_regain_access":-1}]})", 0);
    used(R"({"17":[{"estimated_time_to_regain_access":19)", 0);
    used("[[3]]", 0);
    used("", 0);
}

TEST_CASE("Facebook's refusals of a code are told apart from those of the app") {
    const auto refused = [](int code, const char* message, int subcode = 0) {
        return exchange(facebook()).reply(400, graph_error(code, message, subcode)).run();
    };
    check_failure(
        refused(100, "This authorization code has been used.", 36009), TENON_ERROR_INVALID_CODE,
        "100"
    );
    check_failure(refused(100, "It has expired.", 36007), TENON_ERROR_INVALID_CODE, "100");
    check_failure(
        refused(100, "Please make sure your redirect_uri is identical", 36008),
        TENON_ERROR_MISCONFIGURED, "100"
    );
    check_failure(refused(1, "Error validating client secret."), TENON_ERROR_MISCONFIGURED, "1");
    check_failure(refused(101, "Error validating application."), TENON_ERROR_MISCONFIGURED, "101");
    check_failure(refused(2, "An unexpected error"), TENON_ERROR_UNAVAILABLE, "2");
    check_common_failures(exchange(facebook()));
    check_common_failures(exchange(facebook()).reply(200, short_lived));
    check_common_failures(proven(exchange(facebook()).reply(200, short_lived).reply(200, long_lived)
    ));
}

TEST_CASE("a Facebook answer without a token is the provider's fault") {
    check_failure(exchange(facebook()).reply(200, "{}").run(), TENON_ERROR_PROVIDER, "");
    check_failure(
        exchange(facebook()).reply(200, short_lived).reply(200, R"({"token_type":"bearer"})").run(),
        TENON_ERROR_PROVIDER, ""
    );
}

TEST_CASE("a Facebook token is exchanged for one that lives longer; a page's is left alone") {
    const auto renewing = drive(facebook(), TENON_OP_REFRESH).secret("access_token");
    const auto out = drive(renewing).reply(200, long_lived).run();
    REQUIRE(out.done);
    CHECK(get(out.requests.at(0).form, "fb_exchange_token") == "${access_token}");
    CHECK(out.requests.at(0).flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(out.grants.at(0).access_token == "EAAGlong");
    check_failure(
        drive(renewing).reply(400, graph_error(190, "expired", 463)).run(), TENON_ERROR_REVOKED,
        "190"
    );
    check_failure(
        drive(renewing).reply(400, graph_error(1, "Error validating client secret.")).run(),
        TENON_ERROR_MISCONFIGURED, "1"
    );
    check_failure(drive(renewing).slot("page").run(), TENON_ERROR_UNSUPPORTED, "");
    check_common_failures(renewing);
}

TEST_CASE("Facebook's profile is read, with or without an e-mail address") {
    const auto out = proven(profile(facebook())).reply(200, me).run();
    REQUIRE(out.done);
    CHECK(get(out.fields, "account_id") == "10220000000000001");
    CHECK(get(out.fields, "display_name") == "Dana Page");
    CHECK(get(out.fields, "email") == "dana@example.com");
    CHECK(get(out.fields, "avatar_url") == "https://platform-lookaside.fbsbx.com/p.jpg");
    CHECK(get(out.fields, "raw") == me);
    CHECK(out.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(get(out.requests.at(0).query, "fields") == "id,name,email,picture{url}");
    const auto bare = proven(profile(facebook())).reply(200, R"({"id":"1","name":"D"})").run();
    CHECK_FALSE(has(bare.fields, "email"));
    check_failure(
        proven(profile(facebook())).reply(401, graph_error(190)).run(), TENON_ERROR_TOKEN_REJECTED,
        "190"
    );
    check_failure(
        proven(profile(facebook()))
            .reply(400, graph_error(100, "Invalid appsecret_proof provided"))
            .run(),
        TENON_ERROR_MISCONFIGURED, "100"
    );
    check_common_failures(proven(profile(facebook())));
}

TEST_CASE("revoking takes the app's permissions away; a page's token only tells that it is dead") {
    const auto out = proven(revoke(facebook())).reply(200, R"({"success":true})").run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).method == "DELETE");
    CHECK(out.requests.at(0).url == "https://graph.facebook.com/{version}/me/permissions");
    CHECK(proven(revoke(facebook())).reply(400, graph_error(190)).run().done);
    check_failure(
        proven(revoke(facebook())).reply(200, R"({"success":false})").run(), TENON_ERROR_PROVIDER,
        ""
    );
    const auto page = proven(revoke(facebook()).slot("page"));
    const auto dead = drive(page).reply(400, graph_error(190)).run();
    CHECK(dead.done);
    CHECK(dead.requests.at(0).method == "GET");
    check_failure(drive(page).reply(200, R"({"id":"1"})").run(), TENON_ERROR_UNSUPPORTED, "");
    check_common_failures(proven(revoke(facebook())));
}
