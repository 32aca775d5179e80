// What Meta's providers have in common: the Graph API's errors, and scopes between commas.
#pragma once

#include "support/simulator/message.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {

// subcode 0: none.
inline auto graph_refusal(int code, std::string_view message, int subcode = 0) -> sim_response {
    nlohmann::json error = {
        {"message", message},
        {"type", "OAuthException"},
        {"code", code},
        {"fbtrace_id", "A1b2C3d4E5f6"}};
    if (subcode != 0) {
        error["error_subcode"] = subcode;
    }
    return json_answer(400, {{"error", error}});
}

inline auto graph_dead_token() -> sim_response {
    return graph_refusal(
        190, "Error validating access token: the session is unknown or has expired"
    );
}

// Comma, or a space (URL-encoded), between scopes.
inline auto graph_scopes(std::string text) -> std::vector<std::string> {
    std::ranges::replace(text, ' ', ',');
    return split(text, ',');
}

}  // namespace tenon::sim
