#include "oauth/redirect_outcome.hpp"

#include "base/result.hpp"

#include "support/catch.hpp"

namespace tenon::host {
namespace {

const provider_id asked_of{"slack"};

}  // namespace

TEST_CASE("the redirect target learns which account was connected, whatever its id holds") {
    CHECK(
        connected_location(
            "https://app.example/done", asked_of, account_id("a&status=error b"),
            connection_id("c1")
        ) ==
        "https://app.example/done?provider=slack&status=connected&accountId=a%26status%3Derror%20b"
        "&connectionId=c1"
    );
}

TEST_CASE("the redirect target keeps its own query") {
    CHECK(
        confirm_location("https://app.example/done?tab=2", asked_of, "code") ==
        "https://app.example/done?tab=2&provider=slack&status=confirm&confirmation=code"
    );
}

TEST_CASE("a failure is told by its code and a message for the end user, never the developer's") {
    const auto failure = fail(errc::access_denied, "for the log only");
    const auto location = error_location("https://app.example/done", asked_of, failure);
    CHECK(
        location ==
        "https://app.example/done?provider=slack&status=error&error=ACCESS_DENIED&message="
        "Connection%20cancelled.%20You%20can%20try%20again%20anytime."
    );
}

TEST_CASE("people are told the cause and what to do") {
    const auto told = [](errc code) { return end_user_message(fail(code, "internals")); };
    CHECK(told(errc::access_denied) == "Connection cancelled. You can try again anytime.");
    CHECK(told(errc::invalid_code) == "Unable to connect. Please check your credentials.");
    CHECK(told(errc::provider_unavailable) == "Connection failed. Please check your internet.");
    CHECK(told(errc::provider_permission_denied).find("settings") != std::string::npos);
    for (const auto ours : {errc::provider_error, errc::provider_misconfigured, errc::internal}) {
        CHECK(told(ours).find("check your") == std::string::npos);
        CHECK(told(ours).find("internals") == std::string::npos);
    }
}

TEST_CASE("what people read about waiting counts in whole minutes") {
    error limited = fail(errc::rate_limited, "internals");
    const auto told = [&](std::int64_t wait) {
        limited.retry_after = std::chrono::seconds(wait);
        return end_user_message(limited);
    };
    CHECK(told(1) == "Too many attempts. Please try again in 1 minute.");
    CHECK(told(60) == "Too many attempts. Please try again in 1 minute.");
    CHECK(told(61) == "Too many attempts. Please try again in 2 minutes.");
    CHECK(told(121) == "Too many attempts. Please try again in 3 minutes.");
}

TEST_CASE("an authorization error is told by whose affair it is") {
    CHECK(from_authorization_error("access_denied") == errc::access_denied);
    CHECK(from_authorization_error("user_cancelled_login") == errc::access_denied);
    CHECK(from_authorization_error("consent_required") == errc::access_denied);
    CHECK(from_authorization_error("temporarily_unavailable") == errc::provider_unavailable);
    CHECK(from_authorization_error("server_error") == errc::provider_unavailable);
    CHECK(from_authorization_error("invalid_scope") == errc::insufficient_scope);
    CHECK(from_authorization_error("unauthorized_client") == errc::provider_misconfigured);
    CHECK(from_authorization_error("") == errc::provider_error);
    CHECK(from_authorization_error("ACCESS_DENIED") == errc::provider_error);
}

}  // namespace tenon::host
