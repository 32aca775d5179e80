// Landings and exchanges as bytes, and back.
#include "oauth/exchange.hpp"
#include "oauth/landing.hpp"
#include "support/catch.hpp"

namespace tenon::host {
namespace {

const time_point granted_at{milliseconds(1'700'000'000'123)};

auto sample_grant() -> granted {
    granted made;
    made.slot = "user";
    made.account_id = "U1";
    made.access_token = secret("access");
    made.refresh_token = secret("refresh");
    made.id_token = secret("id");
    made.token_type = "Bearer";
    made.scope = "read write";
    made.base_url = "https://eu.example";
    made.expires_at = granted_at + milliseconds(1);
    made.refresh_expires_at = granted_at + milliseconds(2);
    made.refresh_not_before = granted_at - milliseconds(3);
    return made;
}

auto sample_landing() -> landing {
    landing made;
    made.by = {org_id("org"), user_id("alice \"é\""), "callback", "request-1"};
    made.provider = provider_id("slack");
    made.client_id = "client";
    made.account = account_id("T1");
    made.scope = "read";
    made.metadata = R"({"n": 1.10})";
    made.connect_params = R"({"shop":"x"})";
    made.profile = R"({"accountId":"T1"})";
    made.issued_at = granted_at;
    made.grants = {sample_grant(), granted{}};
    return made;
}

auto sample_input() -> exchange_input {
    exchange_input made;
    made.by = {org_id("org"), user_id("alice"), "callback", {}};
    made.provider = provider_id("slack");
    made.client_id = "client";
    made.code = secret("code");
    made.verifier = secret("verifier");
    made.nonce = secret("nonce");
    made.redirect_uri = "https://host.example/callback";
    made.requested_scope = "read";
    made.connect_params = {{"shop", "x"}};
    made.callback = {{"iss", "https://a"}, {"iss", "https://b"}};
    made.reconnect = account_id("T1");
    made.confirm = true;
    made.began_at = granted_at;
    return made;
}

void check_same(const granted& left, const granted& right) {
    CHECK(left.slot == right.slot);
    CHECK(left.account_id == right.account_id);
    CHECK(left.access_token.equals(right.access_token));
    CHECK(left.refresh_token.equals(right.refresh_token));
    CHECK(left.id_token.equals(right.id_token));
    CHECK(left.token_type == right.token_type);
    CHECK(left.scope == right.scope);
    CHECK(left.base_url == right.base_url);
    CHECK(left.expires_at == right.expires_at);
    CHECK(left.refresh_expires_at == right.refresh_expires_at);
    CHECK(left.refresh_not_before == right.refresh_not_before);
}

}  // namespace

TEST_CASE("a parked connection comes back as it was") {
    const auto from = sample_landing();
    const auto back = parse_landing(serialize(from));
    REQUIRE(back.has_value());
    CHECK(back->by.org == from.by.org);
    CHECK(back->by.user == from.by.user);
    CHECK(back->by.name == from.by.name);
    CHECK(back->provider == from.provider);
    CHECK(back->client_id == from.client_id);
    CHECK(back->account == from.account);
    CHECK(back->scope == from.scope);
    CHECK(back->metadata == from.metadata);
    CHECK(back->connect_params == from.connect_params);
    CHECK(back->profile == from.profile);
    CHECK(back->issued_at == from.issued_at);
    REQUIRE(back->grants.size() == 2);
    check_same(back->grants[0], from.grants[0]);
    check_same(back->grants[1], from.grants[1]);
}

TEST_CASE("an exchange's input comes back as it was, the redirect's duplicates included") {
    const auto from = sample_input();
    const auto back = parse_exchange_input(serialize(from));
    REQUIRE(back.has_value());
    CHECK(back->by.org == from.by.org);
    CHECK(back->by.user == from.by.user);
    CHECK(back->provider == from.provider);
    CHECK(back->client_id == from.client_id);
    CHECK(back->code.equals(from.code));
    CHECK(back->verifier.equals(from.verifier));
    CHECK(back->nonce.equals(from.nonce));
    CHECK(back->redirect_uri == from.redirect_uri);
    CHECK(back->requested_scope == from.requested_scope);
    CHECK(back->connect_params == from.connect_params);
    CHECK(back->callback == from.callback);
    CHECK(back->reconnect == from.reconnect);
    CHECK(back->confirm);
    CHECK(back->began_at == from.began_at);
}

TEST_CASE("what is optional stays absent") {
    auto landed = sample_landing();
    landed.profile.reset();
    CHECK_FALSE(parse_landing(serialize(landed))->profile);
    auto input = sample_input();
    input.reconnect.reset();
    CHECK_FALSE(parse_exchange_input(serialize(input))->reconnect);
}

TEST_CASE("bytes that are cut off, of another form or version are refused, and never shown") {
    const auto landed = serialize(sample_landing());
    const auto input = serialize(sample_input());
    for (const std::string& bad :
         {std::string(), std::string("[]"), std::string(R"({"version":1})"),
          std::string(R"({"version":2})"), landed.substr(0, landed.size() / 2),
          input.substr(0, input.size() / 2)}) {
        const auto one = parse_landing(bad);
        REQUIRE(one.has_error());
        CHECK(one.error().code == errc::internal);
        CHECK(one.error().message.find("access") == std::string::npos);
        const auto other = parse_exchange_input(bad);
        REQUIRE(other.has_error());
        CHECK(other.error().code == errc::internal);
    }
}

TEST_CASE("connect parameters come back; what is none of them does not break anything") {
    const std::map<std::string, std::string> params{{"shop", "\"x\""}, {"region", ""}};
    CHECK(params_from_json(params_to_json(params)) == params);
    CHECK(params_from_json("not json").empty());
    CHECK(params_from_json("[1]").empty());
    CHECK(params_from_json(R"({"a":1,"b":"x"})").size() == 1);
}

}  // namespace tenon::host
