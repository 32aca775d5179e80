#include "store/kept_tables.hpp"

#include "store/read_rows.hpp"

#include <array>

namespace tenon::host {

namespace {

constexpr auto kept = std::to_array<kept_table>({
    {"keyring_checks", "key_id"},
    {"organizations", "id"},
    {"api_keys", "id"},
    {"connections", "org_id, id"},
    {"grants", "org_id, id"},
    {"connection_grants", "org_id, connection_id, slot"},
    {"pending_connects", "state_hash"},
    {"confirmations", "code_hash"},
    {"intents", "org_id, id"},
    {"intent_replies", "org_id, intent_id, position"},
    {"owed_revocations", "org_id, id"},
    {"subjects", "org_id, user_id"},
    {"consents", "org_id, id"},
    {"erasures", "org_id, user_hash"},
    {"audit_heads", "org_id"},
    {"audit_log", "seq"},
    {"idempotency", "org_id, key_hash"},
    {"credential_reads", "org_id, connection_id, minute, api_key_id"},
    {"credential_read_batches", "seq"},
});

constexpr auto left =
    std::to_array<std::string_view>({"schema_migrations", "readiness", "leases", "changes"});

auto texts(const sql_rows& rows) -> std::vector<std::string> {
    return read_all(rows, [](const sql_row& row) { return row.text(0); });
}

}  // namespace

auto kept_tables() -> std::span<const kept_table> {
    return kept;
}

auto find_kept_table(std::string_view name) -> const kept_table* {
    for (const auto& table : kept) {
        if (table.name == name) {
            return &table;
        }
    }
    return nullptr;
}

auto left_tables() -> std::span<const std::string_view> {
    return left;
}

// The catalogues are the engines' own, and so are these statements.
auto columns_of(sql_session& session, std::string_view table) -> std::vector<std::string> {
    if (session.engine() == sql_engine::sqlite) {
        return texts(run(session, "SELECT name FROM pragma_table_info($1) ORDER BY cid", table));
    }
    return texts(
        run(session,
            "SELECT CAST(attname AS TEXT) FROM pg_attribute "
            "WHERE attrelid = to_regclass(CAST($1 AS TEXT)) AND attnum > 0 AND NOT attisdropped "
            "ORDER BY attnum",
            table)
    );
}

auto existing_tables(sql_session& session) -> std::vector<std::string> {
    return texts(
        run(session, session.engine() == sql_engine::sqlite
                         ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE "
                           "'sqlite#_%' ESCAPE '#' ORDER BY name"
                         : "SELECT CAST(tablename AS TEXT) FROM pg_tables "
                           "WHERE schemaname = current_schema() ORDER BY tablename")
    );
}

}  // namespace tenon::host
