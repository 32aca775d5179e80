#include "store/sealed_places.hpp"

#include <array>
#include <stdexcept>

namespace tenon::host {

namespace {

constexpr auto places = std::to_array<column_place>({
    {sealed_column::grant_access_token, "grants", "access_token", key_kind::org_and_text,
     "org_id, id"},
    {sealed_column::grant_refresh_token, "grants", "refresh_token", key_kind::org_and_text,
     "org_id, id"},
    {sealed_column::grant_id_token, "grants", "id_token", key_kind::org_and_text, "org_id, id"},
    {sealed_column::grant_credentials, "grants", "credentials", key_kind::org_and_text,
     "org_id, id"},
    {sealed_column::pending_verifier, "pending_connects", "verifier", key_kind::hash, "state_hash"},
    {sealed_column::pending_nonce, "pending_connects", "nonce", key_kind::hash, "state_hash"},
    {sealed_column::confirmation, "confirmations", "sealed", key_kind::hash, "code_hash"},
    {sealed_column::intent, "intents", "sealed", key_kind::org_and_text, "org_id, id"},
    {sealed_column::intent_reply, "intent_replies", "sealed", key_kind::org_text_and_position,
     "org_id, intent_id, position"},
    {sealed_column::owed_revocation, "owed_revocations", "sealed", key_kind::org_and_text,
     "org_id, id"},
    {sealed_column::idempotency, "idempotency", "sealed", key_kind::org_and_hash,
     "org_id, key_hash"},
    {sealed_column::audit_head, "audit_heads", "sealed", key_kind::org, "org_id"},
});

constexpr auto columns = std::to_array<sealed_column>(
    {sealed_column::grant_access_token, sealed_column::grant_refresh_token,
     sealed_column::grant_id_token, sealed_column::grant_credentials,
     sealed_column::pending_verifier, sealed_column::pending_nonce, sealed_column::confirmation,
     sealed_column::intent, sealed_column::intent_reply, sealed_column::owed_revocation,
     sealed_column::idempotency, sealed_column::audit_head}
);

auto to_hex(const std::string& bytes) -> std::string {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4U];
        text += digits[static_cast<unsigned char>(c) & 0xFU];
    }
    return text;
}

}  // namespace

auto all_places() -> std::span<const column_place> {
    return places;
}

auto all_sealed_columns() -> std::span<const sealed_column> {
    return columns;
}

auto place_of(sealed_column column) -> const column_place& {
    for (const auto& one : places) {
        if (one.column == column) {
            return one;
        }
    }
    throw std::logic_error("a sealed column without a place");
}

auto sealed_value_at(
    const column_place& where, org_id org, std::string sealed, std::vector<sql_value> key
) -> sealed_value {
    sealed_value value;
    value.column = where.column;
    value.org = std::move(org);
    value.sealed = std::move(sealed);
    const sql_row at{key};
    switch (where.kind) {
        case key_kind::org: value.row = at.text(0); break;
        case key_kind::hash: value.row = to_hex(at.bytes(0)); break;
        case key_kind::org_and_hash: value.row = to_hex(at.bytes(1)); break;
        case key_kind::org_and_text: value.row = at.text(1); break;
        case key_kind::org_text_and_position:
            value.row = at.text(1);
            value.position = at.integer(2);
            break;
    }
    value.key = std::move(key);
    return value;
}

}  // namespace tenon::host
