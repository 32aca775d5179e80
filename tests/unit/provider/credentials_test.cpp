// VALIDATE, and what later operations do with the credentials: the plugin names them, the host
// fills them in.
#include "unit/provider/fixture.hpp"

#include <algorithm>

using namespace tenon::test;

namespace {

auto keyed(operation_kind kind) -> operation_request {
    operation_request out;
    out.kind = kind;
    out.secrets.credentials.emplace("user", secret("ann$}"));
    out.secrets.credentials.emplace("password", secret("pass-word"));
    return out;
}

auto sent_header(const outbound_request& sent, std::string_view name) -> std::string {
    const auto found =
        std::ranges::find(sent.headers, name, &std::pair<std::string, std::string>::first);
    return found == sent.headers.end() ? "" : found->second;
}

}  // namespace

TEST_CASE("what was filled in is sent by the host, encoded, and the provider's token is granted") {
    world all({section("keyed")});
    all.http.answer(200, "session-1");
    const auto out = all.perform(keyed(operation_kind::validate), "keyed");
    REQUIRE(out.has_value());
    CHECK(sent_header(all.http.seen.at(0), "Authorization") == "Basic YW5uJH06cGFzcy13b3Jk");
    CHECK(all.http.seen[0].body == "pin=none");
    CHECK_FALSE(all.http.seen[0].may_resend);  // an origin of role token mints tokens
    REQUIRE(out->grants.size() == 1);
    CHECK(out->grants[0].access_token.reveal() == "session-1");
    CHECK(out->grants[0].account_id == "7");
}

TEST_CASE("a credential that is itself the token is filled in by the host") {
    world all({section("keyed")});
    all.http.answer(200, "as it is");
    const auto out = all.perform(keyed(operation_kind::validate), "keyed");
    REQUIRE(out.has_value());
    CHECK(out->grants.at(0).access_token.reveal() == "pass-word");
    CHECK(out->grants[0].token_type == "Key");
    CHECK_FALSE(out->grants[0].is_template);
}

TEST_CASE("refused credentials are told without them, whatever the provider echoes") {
    world all({section("keyed")});
    all.http.answer(401, "wrong: pass-word");
    const auto out = all.perform(keyed(operation_kind::validate), "keyed");
    REQUIRE(out.has_error());
    CHECK(out.error().category == failure_category::token_rejected);
    CHECK(out.error().message.find("pass-word") == std::string::npos);
}

TEST_CASE("credentials don't go to the browser's origin") {
    world all({section("keyed")});
    all.http.answer(418, "");
    const auto out = all.perform(keyed(operation_kind::validate), "keyed");
    REQUIRE(out.has_error());
    CHECK(out.error().category == failure_category::misconfigured);
    CHECK(all.http.seen.size() == 1);
}

TEST_CASE("refresh, profile and revoke may name them too") {
    world all({section("keyed")});
    all.http.answer(200, "session-2");
    auto asked = keyed(operation_kind::refresh);
    asked.secrets.credentials.emplace("pin", secret("1234"));
    const auto renewed = all.perform(std::move(asked), "keyed");
    REQUIRE(renewed.has_value());
    CHECK(renewed->grants.at(0).access_token.reveal() == "session-2");
    CHECK(all.http.seen.at(0).body == "pin=given");

    all.http.answer(200, "7");
    asked = keyed(operation_kind::profile);
    asked.secrets.access_token = secret("session-2");
    const auto done = all.perform(std::move(asked), "keyed");
    REQUIRE(done.has_value());
    CHECK(sent_header(all.http.seen.at(1), "X-User") == "ann$}");
    CHECK(sent_header(all.http.seen[1], "Authorization") == "Bearer session-2");

    all.http.answer(200, "");
    asked = keyed(operation_kind::revoke);
    asked.params = {{"account_id", "7"}};
    asked.secrets.credentials.emplace("pin", secret("1234"));
    const auto again = all.perform(std::move(asked), "keyed");
    REQUIRE(again.has_value());
    CHECK(all.http.seen.at(2).url == "https://api.keys.example.test/7");
    CHECK(sent_header(all.http.seen[2], "X-Pin") == "1234");
}
