// API keys: only the SHA-256 of each is stored.
#pragma once

#include "store/sql.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tenon::host {

struct api_key_row {
    api_key_id id;
    org_id org;
    std::string name;
    std::string key_hash;         // 32 bytes
    std::string hint;             // the first characters of the key, to recognise it by
    std::string scopes;           // space-separated
    std::optional<user_id> user;  // acts for this user only
    bool is_bootstrap = false;
    time_point created_at{};
    std::optional<time_point> last_used_at;
    std::optional<time_point> revoked_at;
};

// Into the session's organization. Throws storage_failure conflict where the key is known already.
void insert_api_key(sql_session& session, const api_key_row& row);
[[nodiscard]] auto find_api_key(sql_session& session, const api_key_id& id)
    -> std::optional<api_key_row>;
// The organization's, oldest first, revoked ones too.
[[nodiscard]] auto list_api_keys(sql_session& session) -> std::vector<api_key_row>;
// Some of them, in the same order: those behind `after` (empty: from the first on), and only those
// pinned to `user` where one is given.
struct api_key_page {
    std::optional<user_id> user;
    std::string after;
    std::size_t limit = 50;
};
[[nodiscard]] auto list_api_keys(sql_session& session, const api_key_page& page)
    -> std::vector<api_key_row>;
// False: no such key, or revoked before; its time of revocation is then kept.
auto revoke_api_key(sql_session& session, const api_key_id& id, time_point now) -> bool;

// Removes those pinned to the user; answers their ids. Nobody is let in by them any more, but that
// they were there only the audit log tells.
auto erase_api_keys(sql_session& session, const user_id& user) -> std::vector<api_key_id>;

// As the service: whose key is it? Revoked ones are found too (a revoked bootstrap key stays
// revoked).
[[nodiscard]] auto find_api_key_by_hash(sql_session& session, const std::string& key_hash)
    -> std::optional<api_key_row>;
// As the service: notes last uses in one go; an earlier time never replaces a later one.
void touch_api_keys(
    sql_session& session, std::span<const std::pair<api_key_id, time_point>> last_used
);

}  // namespace tenon::host
