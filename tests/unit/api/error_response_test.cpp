#include "api/error_response.hpp"

#include "base/result.hpp"
#include "support/catch.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

using namespace tenon::host;
using nlohmann::json;

TEST_CASE("every code has the status that the contract says") {
    const std::map<std::string, unsigned> contract{
        {"INVALID_REQUEST", 400},
        {"INVALID_JSON", 400},
        {"USER_REQUIRED", 400},
        {"INVALID_STATE", 400},
        {"REDIRECT_NOT_ALLOWED", 400},
        {"ISSUER_MISMATCH", 400},
        {"ACCOUNT_MISMATCH", 400},
        {"UNAUTHENTICATED", 401},
        {"INSUFFICIENT_SCOPE", 403},
        {"PROVIDER_DISABLED", 403},
        {"PROVIDER_PERMISSION_DENIED", 403},
        {"NOT_FOUND", 404},
        {"UNKNOWN_PROVIDER", 404},
        {"METHOD_NOT_ALLOWED", 405},
        {"RECONNECT_REQUIRED", 409},
        {"CONFLICT", 409},
        {"UNSUPPORTED_BY_PROVIDER", 409},
        {"BODY_TOO_LARGE", 413},
        {"UNSUPPORTED_MEDIA_TYPE", 415},
        {"RATE_LIMITED", 429},
        {"HEADERS_TOO_LARGE", 431},
        {"INTERNAL", 500},
        {"PROVIDER_ERROR", 502},
        {"PROVIDER_MISCONFIGURED", 502},
        {"PROVIDER_UNAVAILABLE", 503},
        {"STORAGE_UNAVAILABLE", 503},
        {"SHUTTING_DOWN", 503},
        {"PROVIDER_TIMEOUT", 504},
        {"ACCESS_DENIED", 400},
        {"INVALID_CODE", 400}};
    std::set<std::string> seen;
    for (const auto code : all_error_codes()) {
        const std::string name(code_of(code));
        INFO(name);
        REQUIRE(contract.contains(name));
        CHECK(http_status_of(code) == contract.at(name));
        seen.insert(name);
    }
    CHECK(seen.size() == contract.size());
}

TEST_CASE("an error's body has the contract's shape and nothing that is not there") {
    const auto plain = json::parse(error_body(fail(errc::not_found, "no \"such\" thing\n"), "r-1"));
    CHECK(
        plain ==
        json{
            {"success", false},
            {"error", "NOT_FOUND"},
            {"message", "no \"such\" thing\n"},
            {"requestId", "r-1"}}
    );
    const error full{
        errc::invalid_request,
        "wrong",
        std::chrono::seconds{300},
        {{"redirectUrl", "is required"}}};
    const auto body = json::parse(error_body(full, "r-2"));
    CHECK(body.at("retryAfter") == 300);
    CHECK(
        body.at("details") == json::array({{{"field", "redirectUrl"}, {"message", "is required"}}})
    );
}

TEST_CASE("a database that is away is asked again after a second, if it does not say when") {
    auto away = fail(errc::storage_unavailable, "the database can't be reached");
    CHECK(json::parse(error_body(away, "r-3")).at("retryAfter") == 1);
    away.retry_after = std::chrono::seconds(7);
    CHECK(json::parse(error_body(away, "r-3")).at("retryAfter") == 7);
    CHECK_FALSE(retry_after_of(fail(errc::not_found, "no such thing")).has_value());
}
