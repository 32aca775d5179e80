#include "api/key_json.hpp"

namespace tenon::host {

void write_key(json_writer& json, const api_key_row& row) {
    json.field("id", row.id.text())
        .field("name", row.name)
        .field("hint", row.hint)
        .key("scopes")
        .begin_array();
    for (const auto& scope : stored_key_scopes(row.scopes).names()) {
        json.value(scope);
    }
    json.end_array();
    json.key("userId");
    if (row.user) {
        json.value(row.user->text());
    } else {
        json.raw("null");
    }
    json.field("isBootstrap", row.is_bootstrap)
        .field("createdAt", row.created_at)
        .field("lastUsedAt", row.last_used_at)
        .field("revokedAt", row.revoked_at);
}

auto new_key_json(const minted_key& made) -> std::string {
    json_writer json(512);
    json.begin_object().field("key", made.key.reveal());
    write_key(json, made.row);
    return json.end_object().take();
}

}  // namespace tenon::host
