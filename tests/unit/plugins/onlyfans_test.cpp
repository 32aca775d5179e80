#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto onlyfans() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("onlyfans");
}

auto validate() -> drive {
    return drive(onlyfans(), TENON_OP_VALIDATE).secret("credential.api_key");
}

auto accounts(std::string_view ids) -> std::string {
    return R"({"data":[)" + std::string(ids) + "]}";
}

constexpr auto two = R"({"id":"acct_1"},{"id":"acct_2"})";
constexpr auto me =
    R"({"data":{"id":77,"username":"ann","name":"Ann","avatar":"https://a/1.png","subscribersCount":12}})";

}  // namespace

TEST_CASE("OnlyFans is connected by an aggregator's key, which the plugin never sees") {
    const auto out = validate().connect("account", "acct_2").reply(200, accounts(two)).run();
    REQUIRE(out.done);
    REQUIRE(out.requests.size() == 1);
    CHECK(out.requests[0].method == "GET");
    CHECK(out.requests[0].url == "https://app.onlyfansapi.com/api/accounts");
    CHECK(get(out.requests[0].headers, "Authorization") == "Bearer ${credential.api_key}");
    REQUIRE(out.grants.size() == 1);
    CHECK(out.grants[0].access_token == "${credential.api_key}");
    CHECK(out.grants[0].is_template);
    CHECK(out.grants[0].account_id == "acct_2");
    CHECK(out.grants[0].expires_at_ms == 0);
    const auto& about = *onlyfans().descriptor;
    CHECK(about.auth_kinds == TENON_AUTH_API_KEY);
    CHECK(about.refresh == nullptr);
    REQUIRE(about.credential_field_count == 1);
    CHECK(about.credential_fields[0]->flags == (TENON_FIELD_REQUIRED | TENON_FIELD_SECRET));
}

TEST_CASE("which of a key's accounts is meant is said, unless it has one only") {
    const auto only = validate().reply(200, accounts(R"({"id":"acct_9"})")).run();
    REQUIRE(only.done);
    CHECK(only.grants.at(0).account_id == "acct_9");
    const auto again = validate().param("account_id", "acct_1").reply(200, accounts(two)).run();
    REQUIRE(again.done);
    CHECK(again.grants.at(0).account_id == "acct_1");
    for (const auto& list : {accounts(two), accounts(""), std::string(R"({"data":{}})")}) {
        const auto out = validate().reply(200, list).run();
        check_failure(out, TENON_ERROR_INVALID_INPUT, "");
        CHECK(get(out.details, "account").find("is needed") == 0);
    }
    const auto foreign = validate().connect("account", "acct_3").reply(200, accounts(two)).run();
    check_failure(foreign, TENON_ERROR_INVALID_INPUT, "");
    CHECK(has(foreign.details, "account"));
}

TEST_CASE("a key that the aggregator refuses is told from one that may not do that") {
    check_failure(
        validate().reply(401, R"({"error":"unauthenticated"})").run(), TENON_ERROR_TOKEN_REJECTED,
        "unauthenticated"
    );
    check_failure(validate().reply(403, "{}").run(), TENON_ERROR_SCOPE, "");
    check_common_failures(validate());
}

TEST_CASE("OnlyFans' profile is the creator's, by the account's id") {
    const auto out = profile(onlyfans()).param("account_id", "acct_2").reply(200, me).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://app.onlyfansapi.com/api/{account}/me");
    CHECK(get(out.requests[0].path, "account") == "acct_2");
    CHECK((out.requests[0].flags & TENON_HTTP_BEARER) != 0);
    CHECK(get(out.fields, "account_id") == "acct_2");
    CHECK(get(out.fields, "username") == "ann");
    CHECK(get(out.fields, "followers") == "12");
    CHECK(get(out.fields, "onlyfans_id") == "77");
    CHECK(get(out.fields, "raw") == me);
}

TEST_CASE("a session that OnlyFans has ended makes the person sign in again, under any status") {
    for (const std::uint32_t status : {200U, 401U, 403U, 422U}) {
        const auto out = profile(onlyfans())
                             .param("account_id", "acct_2")
                             .reply(status, R"({"error":"session_expired"})")
                             .run();
        check_failure(out, TENON_ERROR_REVOKED, "session_expired");
    }
    check_common_failures(profile(onlyfans()).param("account_id", "acct_2"));
}

TEST_CASE("disconnecting deletes the account at the aggregator, once or again") {
    const auto gone = [](std::uint32_t status) {
        return drive(onlyfans(), TENON_OP_REVOKE)
            .secret("access_token")
            .param("account_id", "acct_2")
            .reply(status, "{}")
            .run();
    };
    const auto out = gone(200);
    REQUIRE(out.done);
    CHECK(out.requests.at(0).method == "DELETE");
    CHECK(out.requests[0].url == "https://app.onlyfansapi.com/api/accounts/{account}");
    CHECK(get(out.requests[0].path, "account") == "acct_2");
    CHECK(gone(404).done);
    check_failure(gone(500), TENON_ERROR_UNAVAILABLE, "");
}
