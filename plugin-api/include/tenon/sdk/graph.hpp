// graph.hpp: what Meta's Graph API says when it refuses, as Facebook, Instagram and Threads do. Not
// in sdk.hpp: include it beside.
#ifndef TENON_SDK_GRAPH_HPP
#define TENON_SDK_GRAPH_HPP

#include <tenon/sdk/oauth.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace tenon {

/// The category of a Graph error's `code`; of one that tells nothing, that of the HTTP status.
inline auto graph_category(std::int64_t code, std::uint32_t status, asked what) -> category {
    if (code == 190 || code == 102) {
        return what == asked::refresh ? category::revoked : category::token_rejected;
    }
    if (code == 10 || (code >= 200 && code <= 299)) {
        return category::scope;
    }
    const bool throttled = code == 4 || code == 17 || code == 32 || code == 613;
    if (throttled || (code >= 80000 && code <= 80014)) {
        return category::rate_limited;
    }
    if (code == 1 || code == 2) {
        return category::unavailable;
    }
    return category_of(status, what);
}

/// X-Business-Use-Case-Usage, {"ID": [{"type", "estimated_time_to_regain_access"}]}: the longest of
/// these times, which are minutes, in milliseconds, at most a day; 0 where none is told.
inline auto regain_after_ms(const response& reply) -> std::uint32_t {
    constexpr std::int64_t day_minutes = 24 * 60;
    const std::string written = reply.header("x-business-use-case-usage");
    const json_document usage(written);
    std::int64_t minutes = 0;
    for (const json& account : usage.root().items()) {
        for (const json& one : account.items()) {
            const auto told = one.num("estimated_time_to_regain_access");
            minutes = std::max(minutes, told.value_or(0));
        }
    }
    return detail::as_wait_ms(std::min(minutes, day_minutes) * 60);
}

/// The failure that a response is: {"error": {"message", "type", "code"}} under any status, or what
/// oauth_failure says of one that has another form; of a limit, with the wait that Meta names.
/// `who` answered, for the message.
inline auto graph_failure(const response& reply, asked what, std::string_view who) -> failure {
    const json refused = reply.json()["error"];
    if (!reply.answered() || !refused.is_object()) {
        return oauth_failure(reply, what);
    }
    const std::int64_t code = refused.num("code").value_or(0);
    failure why = failure_of(
        reply, graph_category(code, reply.status(), what),
        std::string(who) + " answered: " + quotable(refused.str("message")), std::to_string(code)
    );
    if (why.category == category::rate_limited && why.retry_after_ms == 0) {
        why.retry_after_ms = regain_after_ms(reply);
    }
    return why;
}

}  // namespace tenon

#endif
