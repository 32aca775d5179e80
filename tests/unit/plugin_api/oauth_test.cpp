#include <tenon/sdk/oauth.hpp>

#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using tenon::asked;
using tenon::category;

namespace {

struct reply_of {
    std::uint32_t status = 200;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::uint32_t transport = TENON_TRANSPORT_OK;

    auto get() const -> tenon::response {
        std::vector<tenon_kv> items;
        for (const auto& [name, value] : headers) {
            items.push_back({tenon::borrow(name), tenon::borrow(value), 0, 0});
        }
        tenon_http_response borrowed = {};
        borrowed.struct_size = sizeof(borrowed);
        borrowed.status = status;
        borrowed.transport = transport;
        borrowed.headers = {items.data(), items.size()};
        borrowed.body = tenon::borrow(body);
        return tenon::response(borrowed, 1'000'000);
    }
};

auto failure_for(std::uint32_t status, std::string body, asked what) -> tenon::failure {
    return tenon::oauth_failure(reply_of{status, std::move(body)}.get(), what);
}

auto coded(const char* code) -> std::string {
    return R"({"error":")" + std::string(code) + "\"}";
}

auto retry_after(std::string value, std::string date = "") -> std::uint32_t {
    reply_of reply{429, "{}", {{"retry-after", std::move(value)}}};
    if (!date.empty()) {
        reply.headers.emplace_back("date", std::move(date));
    }
    return tenon::retry_after_ms(reply.get());
}

}  // namespace

TEST_CASE("every error code of RFC 6749 5.2 and 4.1.2.1 has its category") {
    const auto exchange = [](const char* code) {
        return failure_for(400, coded(code), asked::exchange).category;
    };
    CHECK(exchange("invalid_request") == category::provider);
    CHECK(exchange("invalid_client") == category::misconfigured);
    CHECK(exchange("invalid_grant") == category::invalid_code);
    CHECK(exchange("unauthorized_client") == category::misconfigured);
    CHECK(exchange("unsupported_grant_type") == category::misconfigured);
    CHECK(exchange("invalid_scope") == category::scope);
    CHECK(exchange("access_denied") == category::access_denied);
    CHECK(exchange("unsupported_response_type") == category::misconfigured);
    CHECK(exchange("server_error") == category::unavailable);
    CHECK(exchange("temporarily_unavailable") == category::unavailable);
    CHECK(exchange("consent_required") == category::access_denied);
    CHECK(exchange("bad_verification_code") == category::invalid_code);
    CHECK(exchange("incorrect_client_credentials") == category::misconfigured);
    CHECK(
        failure_for(200, coded("bad_refresh_token"), asked::refresh).category == category::revoked
    );
    CHECK(failure_for(400, coded("invalid_grant"), asked::refresh).category == category::revoked);
    CHECK(
        failure_for(400, coded("interaction_required"), asked::refresh).category ==
        category::revoked
    );
    CHECK(
        failure_for(400, coded("unsupported_token_type"), asked::revoke).category ==
        category::unsupported
    );
    CHECK(
        failure_for(401, coded("invalid_token"), asked::api).category == category::token_rejected
    );
    CHECK(failure_for(403, coded("insufficient_scope"), asked::api).category == category::scope);
}

TEST_CASE("an unknown error code survives with its status") {
    const auto why = failure_for(
        400, R"({"error":"brand_new","error_description":"try later"})", asked::exchange
    );
    CHECK(why.category == category::provider);
    CHECK(why.code == "brand_new");
    CHECK(why.http_status == 400);
    CHECK(why.message.find("try later") != std::string::npos);
    CHECK(failure_for(400, R"({"error":404})", asked::exchange).code == "404");
}

TEST_CASE("a status says by itself what the body does not") {
    CHECK(failure_for(500, "", asked::exchange).category == category::unavailable);
    CHECK(
        failure_for(503, coded("invalid_grant"), asked::refresh).category == category::unavailable
    );
    CHECK(
        failure_for(429, coded("invalid_grant"), asked::refresh).category == category::rate_limited
    );
    CHECK(failure_for(401, "", asked::api).category == category::token_rejected);
    CHECK(failure_for(401, "", asked::exchange).category == category::misconfigured);
    CHECK(failure_for(403, "", asked::api).category == category::scope);
    CHECK(failure_for(404, "", asked::api).category == category::provider);
    CHECK(failure_for(200, coded("invalid_grant"), asked::refresh).category == category::revoked);
}

TEST_CASE("the ways of having no answer are unavailability, but for the host's own refusal") {
    for (const std::uint32_t way :
         {TENON_TRANSPORT_TIMEOUT, TENON_TRANSPORT_DNS, TENON_TRANSPORT_CONNECT,
          TENON_TRANSPORT_TLS, TENON_TRANSPORT_RESET, TENON_TRANSPORT_CANCELLED}) {
        const reply_of reply{0, "", {}, way};
        CHECK(tenon::oauth_failure(reply.get(), asked::refresh).category == category::unavailable);
        CHECK_THROWS_AS(reply.get().object(), tenon::failed);
    }
    const reply_of denied{0, "", {}, TENON_TRANSPORT_DENIED};
    CHECK(tenon::oauth_failure(denied.get(), asked::refresh).category == category::misconfigured);
}

TEST_CASE("Retry-After is seconds or a date") {
    CHECK(retry_after("120") == 120'000);
    CHECK(retry_after("0") == 0);
    CHECK(retry_after("-5") == 0);
    CHECK(retry_after("soon") == 0);
    CHECK(retry_after("99999999999") == 86'400'000);
    CHECK(retry_after("99999999999999999999999") == 86'400'000);
    for (const char* wrong : {"", "1.5", "10s", "0x10", "+5", "5 5"}) {
        INFO(wrong);
        CHECK(retry_after(wrong) == 0);
    }
    const char* const answered = "Sun, 06 Nov 1994 08:49:07 GMT";
    CHECK(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", answered) == 30'000);
    CHECK(retry_after("Sunday, 06-Nov-94 08:49:37 GMT", answered) == 30'000);
    CHECK(retry_after("Sun Nov  6 08:49:37 1994", answered) == 30'000);
    CHECK(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:07 GMT") == 30'000);
    CHECK(retry_after("Sun, 06 Nov 2094 08:49:37 GMT", answered) == 86'400'000);
    CHECK(
        retry_after("Thu, 01 Jan 1970 00:16:50 GMT") == 10'000
    );  // the request was sent at 1,000 s
    CHECK(retry_after("1994-11-06T08:49:37Z", answered) == 30'000);
    CHECK(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:00:00 GMT") == 0);
}

TEST_CASE("a header of rate limits is read in whichever form it is written, a day at most") {
    const char* const answered = "Mon, 21 Sep 2026 13:33:50 GMT";  // 1,789,997,630 s
    const auto wait = [](const char* reset, const char* date = "") {
        const reply_of reply{429, "", {{"x-ratelimit-reset", reset}, {"date", date}}};
        return tenon::reset_after_ms(reply.get(), "x-ratelimit-reset");
    };
    // Seconds from now.
    CHECK(wait("7") == 7'000);
    CHECK(wait("64.57") == 65'000);
    CHECK(wait("12.0") == 12'000);
    CHECK(wait("0") == 0);
    CHECK(wait("999999999") == 86'400'000);
    // A moment: seconds or milliseconds since the epoch.
    for (const char* reset :
         {"1789997660", "1789997659.001", "1789997660000", "1789997659001", "1789997659000.5"}) {
        INFO(reset);
        CHECK(wait(reset, answered) == 30'000);
    }
    CHECK(wait("1789997600", answered) == 0);
    CHECK(wait("1789997600000", answered) == 0);
    CHECK(wait("1000000000") == 86'400'000);  // the request was sent at 1,000 s
    CHECK(wait("99999999999") == 86'400'000);
    CHECK(wait("9223372036854775807") == 86'400'000);
    CHECK(wait("99999999999999999999999") == 86'400'000);
    // A date.
    for (const char* reset :
         {"2026-09-21T13:34:20Z", "2026-09-21T13:34:19.5Z", "2026-09-21T15:34:20+02:00",
          "2026-09-21T08:04:20.000-05:30", "Mon, 21 Sep 2026 13:34:20 GMT"}) {
        INFO(reset);
        CHECK(wait(reset, answered) == 30'000);
    }
    CHECK(wait("2026-09-21T13:35Z", answered) == 70'000);
    for (const char* wrong :
         {"", "soon", "-5", "-9223372036854775808", "5.", ".5", "1e3", "0x10", "2026-09-21",
          "2026-09-21T13:34:20", "2026-09-21T13:34:20.Z", "2026-13-21T13:34:20Z",
          "2026-09-31T13:34:20Z", "2026-09-21T24:34:20Z", "2026-09-21T13:34:20+02",
          "2026-09-21T13:34:20+24:00", "2026-09-21T13:34:20ZZ", "2026-09-21T13:34:20 02:00"}) {
        INFO(wrong);
        CHECK(wait(wrong, answered) == 0);
    }
}

TEST_CASE("a provider's own header counts where a limit comes without Retry-After") {
    const auto heeded = [](category what, std::initializer_list<std::string_view> names) {
        const reply_of reply{429, "", {{"a-reset", "0"}, {"b-reset", "20"}, {"c-reset", "30"}}};
        tenon::failure why(what, "no");
        tenon::heed_reset(why, reply.get(), names);
        return why.retry_after_ms;
    };
    CHECK(heeded(category::rate_limited, {"none", "a-reset", "b-reset", "c-reset"}) == 20'000);
    CHECK(heeded(category::rate_limited, {"none"}) == 0);
    CHECK(heeded(category::scope, {"b-reset"}) == 0);
    const reply_of both{429, "", {{"retry-after", "5"}, {"b-reset", "20"}}};
    const auto got = both.get();
    auto why = tenon::failure_of(got, category::rate_limited, "no");
    tenon::heed_reset(why, got, {"b-reset"});
    CHECK(why.retry_after_ms == 5'000);
}

TEST_CASE("a token answer of RFC 6749 5.1 must have a usable access token") {
    for (const char* body :
         {"{}", R"({"access_token":""})", R"({"access_token":7})", R"({"access_token":null})",
          R"({"access_token":"a\u0000b"})", R"({"access_token":"\u00e9"})", "[]", "\"x\"", "",
          "<html>"}) {
        INFO(body);
        const reply_of reply{200, body};
        CHECK_THROWS_AS(tenon::oauth_tokens(reply.get(), asked::exchange), tenon::failed);
    }
    CHECK_NOTHROW(
        tenon::oauth_tokens(reply_of{200, R"({"access_token":"a b"})"}.get(), asked::exchange)
    );
    const auto with_error = [](const std::string& error) {
        const reply_of reply{200, R"({"access_token":"a","error":)" + error + "}"};
        return tenon::oauth_tokens(reply.get(), asked::exchange);
    };
    CHECK_THROWS_AS(with_error(R"("x")"), tenon::failed);
    CHECK_THROWS_AS(with_error(R"("")"), tenon::failed);
    CHECK_THROWS_AS(with_error(R"({"code":1})"), tenon::failed);
    CHECK_NOTHROW(with_error("null"));
}

TEST_CASE("messages quote providers without what could be a credential") {
    const auto why = failure_for(
        400,
        R"({"error":"invalid_grant","error_description":"token eyJhbGciOiJSUzI1NiJ9.abcdefghijklmnop is expired\u0007"})",
        asked::refresh
    );
    CHECK(why.message.find("eyJ") == std::string::npos);
    CHECK(why.message.find("is expired") != std::string::npos);
    CHECK(why.message.find('\a') == std::string::npos);
    CHECK(tenon::quotable(std::string(5000, 'a')) == "[...]");
    std::string words;
    for (int i = 0; i < 500; ++i) {
        words += "word ";
    }
    CHECK(tenon::quotable(words).size() <= 200);
    CHECK(tenon::quotable_code("in valid\"") == "unprintable");
    CHECK(tenon::quotable_code(std::string(65, 'a')) == "unprintable");
}

TEST_CASE("revoking a token that is unknown is a success") {
    CHECK_NOTHROW(tenon::oauth_revoked(reply_of{200, ""}.get()));
    CHECK_NOTHROW(tenon::oauth_revoked(reply_of{400, coded("invalid_token")}.get()));
    CHECK_THROWS_AS(tenon::oauth_revoked(reply_of{503, ""}.get()), tenon::failed);
    CHECK_THROWS_AS(
        tenon::oauth_revoked(reply_of{400, coded("invalid_client")}.get()), tenon::failed
    );
}

TEST_CASE("lists of scopes are compared word by word") {
    CHECK(tenon::lists("a,b c", "b"));
    CHECK_FALSE(tenon::lists("ab", "a"));
    CHECK(tenon::spaced("a,b, c") == "a b c");
    CHECK(tenon::with_scopes("", {"a", "b"}) == "a b");
    CHECK(tenon::with_scopes("b c", {"a", "b"}) == "a b c");
    CHECK(tenon::with_scopes("b", {"b"}) == "b");
    CHECK(tenon::spaced("").empty());
    CHECK(tenon::is_bearer("bEaReR"));
    CHECK(tenon::is_bearer(""));
    CHECK_FALSE(tenon::is_bearer("mac"));
}

TEST_CASE("granted scopes are read from a text and from a list") {
    const auto read = [](std::string body) {
        const reply_of reply{200, std::move(body)};
        const auto got = reply.get();
        return tenon::scopes_in(got.json()["scope"]);
    };
    CHECK(read(R"({"scope":"a,b c"})") == "a b c");
    CHECK(read(R"({"scope":["a","b"]})") == "a b");
    CHECK(read(R"({"scope":null})").empty());
    CHECK(read("{}").empty());
}

TEST_CASE("tokens of a type that is no bearer's are refused (RFC 6749 7.1)") {
    const auto take = [](const char* type) {
        const reply_of reply{
            200, R"({"access_token":"a","token_type":")" + std::string(type) + "\"}"};
        return tenon::oauth_tokens(reply.get(), asked::exchange).has_access_token();
    };
    CHECK(take("Bearer"));
    CHECK(take("bearer"));
    CHECK(take(""));
    CHECK_THROWS_AS(take("mac"), tenon::failed);
    CHECK_THROWS_AS(take("DPoP"), tenon::failed);
}
