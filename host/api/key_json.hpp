// API keys as the REST contract writes them.
#pragma once

#include "api/json_writer.hpp"
#include "api/key_minting.hpp"

namespace tenon::host {

// Fields of an open object: id, name, hint, scopes, userId, isBootstrap, createdAt, lastUsedAt,
// revokedAt.
void write_key(json_writer& json, const api_key_row& row);
// The same, with the key itself as `key`: the only time that it is shown.
[[nodiscard]] auto new_key_json(const minted_key& made) -> std::string;

}  // namespace tenon::host
