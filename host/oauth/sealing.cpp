#include "oauth/sealing.hpp"

namespace tenon::host {

auto field_of(sealed_column column) noexcept -> std::string_view {
    switch (column) {
        case sealed_column::grant_access_token: return "grants.access_token";
        case sealed_column::grant_refresh_token: return "grants.refresh_token";
        case sealed_column::grant_id_token: return "grants.id_token";
        case sealed_column::grant_credentials: return "grants.credentials";
        case sealed_column::pending_verifier: return "pending_connects.verifier";
        case sealed_column::pending_nonce: return "pending_connects.nonce";
        case sealed_column::confirmation: return "confirmations.sealed";
        case sealed_column::intent: return "intents.sealed";
        case sealed_column::intent_reply: return "intent_replies.sealed";
        case sealed_column::owed_revocation: return "owed_revocations.sealed";
        case sealed_column::idempotency: return "idempotency.response";
        case sealed_column::audit_head: return "audit_heads.sealed";
    }
    return "";
}

auto reply_row(std::string_view intent, std::int64_t position) -> std::string {
    return std::string(intent) + '/' + std::to_string(position);
}

auto row_of(const sealed_value& value) -> std::string {
    return value.column == sealed_column::intent_reply ? reply_row(value.row, value.position)
                                                       : value.row;
}

auto seal_for(
    const sealer& seal, const org_id& org, std::string_view row, sealed_column column,
    std::string_view plaintext
) -> std::string {
    return seal.seal(sealed_place{org.text(), row, field_of(column)}, plaintext);
}

auto open_from(
    const sealer& seal, const org_id& org, std::string_view row, sealed_column column,
    std::string_view sealed
) -> result<secret> {
    return seal.open(sealed_place{org.text(), row, field_of(column)}, sealed);
}

}  // namespace tenon::host
