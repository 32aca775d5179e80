// The views of the oauth floor as the REST contract writes them.
#pragma once

#include "api/json_writer.hpp"
#include "oauth/views.hpp"

namespace tenon::host {

enum class shown_user { no, yes };

// Fields of an open object: connectionId, provider, providerAccountId, isConnected, status, …
void write_connection_fields(json_writer& json, const connection_view& view, shown_user user);
// An object of these.
void write_connection(json_writer& json, const connection_view& view, shown_user user);
[[nodiscard]] auto connection_json(const connection_view& view) -> std::string;

// The token's answer: {"accessToken", "tokenType", "scope", "expiresAt", "generation", "baseUrl"?}
[[nodiscard]] auto token_json(const token_answer& token) -> std::string;

}  // namespace tenon::host
