#include "store/api_keys.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {

namespace {

constexpr std::string_view columns =
    "id, org_id, name, key_hash, hint, scopes, user_id, is_bootstrap, created_at, last_used_at, "
    "revoked_at";

auto read(const sql_row& row) -> api_key_row {
    return {
        .id = api_key_id(row.text(0)),
        .org = org_id(row.text(1)),
        .name = row.text(2),
        .key_hash = row.bytes(3),
        .hint = row.text(4),
        .scopes = row.text(5),
        .user = optional_id<user_id>(row, 6),
        .is_bootstrap = row.boolean(7),
        .created_at = row.time(8),
        .last_used_at = row.optional_time(9),
        .revoked_at = row.optional_time(10),
    };
}

auto select(std::string_view rest) -> std::string {
    return "SELECT " + std::string(columns) + " FROM api_keys " + std::string(rest);
}

}  // namespace

void insert_api_key(sql_session& session, const api_key_row& row) {
    run(session,
        "INSERT INTO api_keys (org_id, id, name, key_hash, hint, scopes, user_id, is_bootstrap, "
        "created_at, last_used_at, revoked_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        session.org(), row.id, row.name, blob{row.key_hash}, row.hint, row.scopes, row.user,
        row.is_bootstrap, row.created_at, row.last_used_at, row.revoked_at);
}

auto find_api_key(sql_session& session, const api_key_id& id) -> std::optional<api_key_row> {
    static const auto statement = select("WHERE org_id = $1 AND id = $2");
    return read_first(run(session, statement, session.org(), id), read);
}

auto list_api_keys(sql_session& session) -> std::vector<api_key_row> {
    static const auto statement = select("WHERE org_id = $1 ORDER BY id");
    return read_all(run(session, statement, session.org()), read);
}

auto list_api_keys(sql_session& session, const api_key_page& page) -> std::vector<api_key_row> {
    static const auto all = select("WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    static const auto of_one =
        select("WHERE org_id = $1 AND id > $2 AND user_id = $4 ORDER BY id LIMIT $3");
    const auto limit = static_cast<std::int64_t>(page.limit);
    return read_all(
        page.user ? run(session, of_one, session.org(), page.after, limit, *page.user)
                  : run(session, all, session.org(), page.after, limit),
        read
    );
}

auto revoke_api_key(sql_session& session, const api_key_id& id, time_point now) -> bool {
    return run(session,
               "UPDATE api_keys SET revoked_at = $3 "
               "WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL",
               session.org(), id, now)
               .affected() > 0;
}

auto erase_api_keys(sql_session& session, const user_id& user) -> std::vector<api_key_id> {
    const auto rows =
        run(session, "DELETE FROM api_keys WHERE org_id = $1 AND user_id = $2 RETURNING id",
            session.org(), user);
    return read_all(rows, [](const sql_row& row) { return api_key_id(row.text(0)); });
}

auto find_api_key_by_hash(sql_session& session, const std::string& key_hash)
    -> std::optional<api_key_row> {
    static const auto statement = select("WHERE key_hash = $1");
    return read_first(run(session, statement, blob{key_hash}), read);
}

void touch_api_keys(
    sql_session& session, std::span<const std::pair<api_key_id, time_point>> last_used
) {
    for (const auto& [id, when] : last_used) {
        run(session,
            "UPDATE api_keys SET last_used_at = $2 "
            "WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
            id, when);
    }
}

}  // namespace tenon::host
