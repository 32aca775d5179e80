// What the keyring needs of the database: canaries, and every sealed value for sealing it anew. All
// as the service.
#pragma once

#include "store/sql.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tenon::host {

struct keyring_check_row {
    std::string key_id;
    std::string sealed;
    time_point created_at{};
};
// False: that key id has one already; it stays.
auto save_keyring_check(sql_session& session, const keyring_check_row& row) -> bool;
[[nodiscard]] auto list_keyring_checks(sql_session& session) -> std::vector<keyring_check_row>;

// Every column that holds sealed values.
enum class sealed_column {
    grant_access_token,
    grant_refresh_token,
    grant_id_token,
    grant_credentials,
    pending_verifier,
    pending_nonce,
    confirmation,
    intent,
    intent_reply,
    owed_revocation,
    idempotency,
    audit_head,
};
[[nodiscard]] auto all_sealed_columns() -> std::span<const sealed_column>;

struct sealed_value {
    sealed_column column = sealed_column::grant_access_token;
    org_id org;
    // What it belongs to: the row's id; in hex where that is a hash; of a reply the intent's id.
    std::string row;
    std::int64_t position = 0;  // of a reply
    std::string sealed;
    std::vector<sql_value> key;  // where it is, for replace_sealed and for going on behind it
};
// Values of one column that are sealed with any other key than `key_id`, in the order of their
// keys, behind `after` (empty: from the start). Erased (empty) ones are left out.
[[nodiscard]] auto sealed_values_not_of(
    sql_session& session, sealed_column column, const std::string& key_id,
    const std::optional<sealed_value>& after, std::size_t limit
) -> std::vector<sealed_value>;
// Compare-and-swap on the sealed bytes. False: they changed meanwhile, or the row is gone.
[[nodiscard]] auto replace_sealed(
    sql_session& session, const sealed_value& seen, const std::string& sealed_anew
) -> bool;
// How many values, in all columns, are sealed with a key / there are.
[[nodiscard]] auto count_sealed_with(sql_session& session, const std::string& key_id)
    -> std::int64_t;
[[nodiscard]] auto count_sealed(sql_session& session) -> std::int64_t;

}  // namespace tenon::host
