#include "provider/cassette.hpp"

#include "crypto/encoding.hpp"
#include "provider/cassette_outcome.hpp"
#include "provider/recorder.hpp"
#include "support/catch.hpp"

using namespace tenon::host;

namespace {

auto answered(std::string body, header_list headers = {}) -> cassette_exchange {
    cassette_exchange out{"POST", "https://id.example/token", {}};
    out.response.status = 200;
    out.response.sent = request_sent::yes;
    out.response.headers = std::move(headers);
    out.response.body = std::move(body);
    return out;
}

auto recorded(std::string body) -> cassette {
    cassette out;
    out.provider = "acme";
    out.kind = operation_kind::exchange;
    out.exchanges.push_back(answered(std::move(body)));
    return out;
}

auto body_of(const cassette& from) -> const std::string& {
    return from.exchanges.at(0).response.body;
}

}  // namespace

TEST_CASE("a cassette that is written is read as it was") {
    auto one = recorded(R"({"a":[1,{"b":"x"}],"big":12345678901234567890})");
    one.slot = "bot";
    one.setup = "rotating";
    one.config = {{"flavour", {"sweet", false}}, {"scopes", {R"(["a","b"])", true}}};
    one.discovery = R"({"issuer":"https://id.example"})";
    one.connect = {{"shop", "x"}};
    one.params = {{"code", "REDACTED_code"}};
    one.outcome = R"({"done":{}})";
    one.exchanges.push_back(answered("<html>not JSON</html>", {{"retry-after", "3"}}));
    one.exchanges.back().response.outcome = transport::reset;
    const auto read = parse_cassette(write_cassette(one));
    REQUIRE(read.has_value());
    CHECK(write_cassette(*read) == write_cassette(one));
    CHECK(body_of(*read) == body_of(one));
    CHECK(read->exchanges[1].response.body == "<html>not JSON</html>");
    CHECK(read->exchanges[1].response.outcome == transport::reset);
    CHECK(read->config.at("scopes").is_json);
    CHECK(read->slot == "bot");
}

TEST_CASE("what is no cassette is refused, and the message says what was expected") {
    for (const auto& [text, said] :
         {std::pair("[]", "version 1"), std::pair("{", "not JSON"),
          std::pair(R"({"cassette":2})", "version 1"),
          std::pair(R"({"cassette":1,"operation":"dance","provider":"a"})", "operation"),
          std::pair(R"({"cassette":1,"operation":"refresh"})", "provider"),
          std::pair(R"({"cassette":1,"operation":"refresh","provider":"a","slot":7})", "type")}) {
        const auto read = parse_cassette(text);
        REQUIRE(read.has_error());
        INFO(read.error().message);
        CHECK(read.error().message.find(said) != std::string::npos);
    }
}

TEST_CASE("no secret is left in a cassette: known ones, tokens in answers, addresses, cookies") {
    const auto token = to_base64url(R"({"alg":"RS256"})") + "." +
                       to_base64url(R"({"sub":"4711","email":"rui@acme.com"})") + ".s1gnature";
    auto one = recorded(
        R"({"access_token":"at-1","nested":{"refresh_token":"rt-1","again":"at-1"},"token_type":"Bearer",)"
        R"("id_token":")" +
        token + R"(","email":"rui@acme.com","error_code":"E7","echo":"c0de-1"})"
    );
    one.exchanges[0].response.headers = {
        {"set-cookie", "session=abc"}, {"content-type", "application/json"}};
    one.outcome =
        R"({"done":{"grants":[{"access_token":"at-1"}],"fields":{"email":"rui@acme.com"}}})";
    one.params = {{"code", "c0de-1"}};
    one.connect = {{"team", "of rt-1"}, {"owner", "rui@acme.com"}, {"region", "eu"}};
    const auto clean = redact(one, {{"code", "c0de-1"}, {"client_secret", "hush"}});
    const auto text = write_cassette(clean);
    INFO(text);
    for (const auto* hidden : {"at-1", "rt-1", "c0de-1", "rui@acme.com", "abc", "s1gnature"}) {
        CHECK(text.find(hidden) == std::string::npos);
    }
    for (const auto* kept :
         {"\"Bearer\"", "\"E7\"", "\"eu\"", "application/json", "REDACTED_code"}) {
        CHECK(text.find(kept) != std::string::npos);
    }
    // Equal secrets stay equal, and the ID token still says whose it is.
    CHECK(body_of(clean).find(R"("again":"REDACTED_access_token")") != std::string::npos);
    CHECK(body_of(clean).find(to_base64url(R"({"sub":"4711"})")) != std::string::npos);
    CHECK(clean.outcome.find("REDACTED_access_token") != std::string::npos);
}

TEST_CASE("what plugins read of an answer's head stays in a cassette, and nothing else") {
    auto one = recorded("{}");
    const header_list read = {
        {"retry-after", "30"},
        {"date", "Mon, 21 Sep 2026 13:33:50 GMT"},
        {"x-oauth-scopes", "repo"},
        {"x-ratelimit-remaining", "0"},
        {"x-ratelimit-requests-reset", "1790000060000"},
        {"x-rate-limit-reset", "1790000060"},
        {"ratelimit-reset", "30"},
        {"x-business-use-case-usage", "{}"}};
    one.exchanges[0].response.headers = read;
    one.exchanges[0].response.headers.emplace_back("set-cookie", "session=abc");
    one.exchanges[0].response.headers.emplace_back("x-request-id", "7");
    CHECK(redact(one, {}).exchanges[0].response.headers == read);
}

TEST_CASE("a body that is no JSON loses the secrets that are known") {
    const auto clean = redact(recorded("access_token=at-2&scope=a"), {{"access_token", "at-2"}});
    CHECK(body_of(clean) == "access_token=REDACTED_access_token&scope=a");
}

TEST_CASE("an outcome names what an operation yielded, or why it failed") {
    operation_output yielded;
    yielded.grants.emplace_back();
    yielded.grants[0].slot = "bot";
    yielded.grants[0].access_token = secret("t");
    yielded.fields.push_back({"account_id", "7", false, false});
    yielded.fields.push_back({"raw", "{}", true, false});
    CHECK(
        outcome_json(yielded) ==
        R"({"done":{"grants":[{"slot":"bot","access_token":"t"}],"fields":{"account_id":"7"}}})"
    );
    operation_failure why;
    why.category = failure_category::revoked;
    why.code = "invalid_grant";
    CHECK(outcome_json(why) == R"({"failed":{"category":"revoked","code":"invalid_grant"}})");
}
