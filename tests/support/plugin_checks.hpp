// plugin_checks.hpp: what the tests of all providers ask in the same words.
#pragma once

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/plugin_driver.hpp"

namespace tenon::test {

constexpr std::int64_t second = 1000;

inline auto authorize(const tenon_provider& provider, std::string scope) -> drive {
    return drive(provider, TENON_OP_AUTHORIZE)
        .param("redirect_uri", "https://app.example/cb")
        .param("state", "st4te")
        .param("scope", std::move(scope));
}

inline auto exchange(const tenon_provider& provider, std::string code = "c0de") -> drive {
    return drive(provider, TENON_OP_EXCHANGE)
        .param("redirect_uri", "https://app.example/cb")
        .param("code", std::move(code));
}

inline auto refresh(const tenon_provider& provider) -> drive {
    return drive(provider, TENON_OP_REFRESH).secret("access_token").secret("refresh_token");
}

inline auto revoke(const tenon_provider& provider) -> drive {
    return drive(provider, TENON_OP_REVOKE).secret("access_token").secret("refresh_token");
}

inline auto profile(const tenon_provider& provider) -> drive {
    return drive(provider, TENON_OP_PROFILE);
}

/// That the operation failed, and how.
inline void check_failure(const outcome& out, std::uint32_t category, std::string_view code) {
    CHECK(out.status == TENON_OK);
    CHECK_FALSE(out.done);
    CHECK(out.category == category);
    CHECK(out.code == code);
    CHECK_FALSE(out.message.empty());
}

/// That an answer without Retry-After is a limit's, and for how long.
inline void check_limit(
    const drive& operation, std::uint32_t status, std::string body, pairs headers,
    std::int64_t seconds
) {
    const auto out = drive(operation).reply(status, std::move(body), std::move(headers)).run();
    CHECK(out.category == TENON_ERROR_RATE_LIMITED);
    CHECK(out.retry_after_ms == seconds * second);
}

/// What holds of every provider: answers that are no answers.
inline void check_common_failures(const drive& operation) {
    check_failure(
        drive(operation).reply(lost(TENON_TRANSPORT_TIMEOUT)).run(), TENON_ERROR_UNAVAILABLE, ""
    );
    check_failure(
        drive(operation).reply(503, "<html>busy</html>").run(), TENON_ERROR_UNAVAILABLE, ""
    );
    const auto throttled = drive(operation).reply(429, "{}", {{"retry-after", "30"}}).run();
    check_failure(throttled, TENON_ERROR_RATE_LIMITED, "");
    CHECK(throttled.retry_after_ms == 30 * second);
    CHECK(throttled.http_status == 429);
    const auto page = drive(operation).reply(200, "<html>Welcome</html>").run();
    CHECK_FALSE(page.done);
    CHECK(page.category == TENON_ERROR_PROVIDER);
    const auto cut = drive(operation).reply(200, R"({"access_token":"secret-canary)").run();
    CHECK_FALSE(cut.done);
    CHECK(cut.category == TENON_ERROR_PROVIDER);
    CHECK(cut.message.find("canary") == std::string::npos);
}

}  // namespace tenon::test
