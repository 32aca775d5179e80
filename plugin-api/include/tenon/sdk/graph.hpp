// graph.hpp: what Meta's Graph API says when it refuses, as Facebook, Instagram and Threads do. Not
// in sdk.hpp: include it beside.
#ifndef TENON_SDK_GRAPH_HPP
#define TENON_SDK_GRAPH_HPP

#include <tenon/sdk/oauth.hpp>

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

/// The failure that a response is: {"error": {"message", "type", "code"}} under any status, or what
/// oauth_failure says of one that has another form. `who` answered, for the message.
inline auto graph_failure(const response& reply, asked what, std::string_view who) -> failure {
    const json refused = reply.json()["error"];
    if (!reply.answered() || !refused.is_object()) {
        return oauth_failure(reply, what);
    }
    const std::int64_t code = refused.num("code").value_or(0);
    return failure_of(
        reply, graph_category(code, reply.status(), what),
        std::string(who) + " answered: " + quotable(refused.str("message")), std::to_string(code)
    );
}

}  // namespace tenon

#endif
