#include "store/grants.hpp"

#include "store/connections.hpp"
#include "store/read_rows.hpp"
#include "store/shared_sql.hpp"

#include <array>

namespace tenon::host {

namespace {

constexpr std::array<std::string_view, grant_column_count> column_names{
    "id",
    "org_id",
    "provider",
    "client_id",
    "account_id",
    "slot",
    "status",
    "access_token",
    "refresh_token",
    "id_token",
    "key_id",
    "token_type",
    "scope",
    "base_url",
    "connect_params",
    "authorized_at",
    "issued_at",
    "expires_at",
    "refresh_expires_at",
    "refresh_not_before",
    "next_refresh_at",
    "failures",
    "last_failure",
    "failure_code",
    "generation",
    "lease_owner",
    "lease_until",
    "created_at",
    "updated_at",
    "refused_since",
    "credentials"};

auto text_of(grant_state state) -> std::string_view {
    return state == grant_state::live ? "live" : "dead";
}

auto read(const sql_row& row) -> grant_row {
    return read_grant(row);
}

// The row of that id is replaced; one of another id stays as it is, and nothing is answered.
constexpr std::string_view upsert_statement =
    "INSERT INTO grants (org_id, id, provider, client_id, account_id, slot, status, access_token, "
    "refresh_token, id_token, key_id, token_type, scope, base_url, connect_params, "
    "authorized_at, issued_at, expires_at, refresh_expires_at, refresh_not_before, "
    "next_refresh_at, failures, last_failure, failure_code, generation, lease_owner, lease_until, "
    "created_at, updated_at, credentials) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
    "$12, $13, $14, "
    "$15, $16, $17, $18, $19, $20, $21, 0, '', '', $22, '', NULL, $23, $24, $25) "
    "ON CONFLICT (org_id, provider, account_id, slot) DO UPDATE SET "
    "client_id = EXCLUDED.client_id, status = EXCLUDED.status, "
    "access_token = EXCLUDED.access_token, refresh_token = EXCLUDED.refresh_token, "
    "id_token = EXCLUDED.id_token, credentials = EXCLUDED.credentials, key_id = EXCLUDED.key_id, "
    "token_type = EXCLUDED.token_type, "
    "scope = EXCLUDED.scope, base_url = EXCLUDED.base_url, "
    "connect_params = EXCLUDED.connect_params, authorized_at = EXCLUDED.authorized_at, "
    "issued_at = EXCLUDED.issued_at, "
    "expires_at = EXCLUDED.expires_at, refresh_expires_at = EXCLUDED.refresh_expires_at, "
    "refresh_not_before = EXCLUDED.refresh_not_before, "
    "next_refresh_at = EXCLUDED.next_refresh_at, failures = 0, last_failure = '', "
    "failure_code = '', refused_since = NULL, generation = grants.generation + 1, lease_owner = "
    "'', lease_until = NULL, "
    "updated_at = EXCLUDED.updated_at WHERE grants.id = EXCLUDED.id RETURNING generation";

}  // namespace

auto grant_columns(std::string_view prefix) -> std::string {
    std::string list;
    for (const auto name : column_names) {
        list += list.empty() ? "" : ", ";
        list += prefix;
        list += name;
    }
    return list;
}

auto read_grant(const sql_row& row, std::size_t first) -> grant_row {
    const auto at = [first](std::size_t column) { return first + column; };
    return {
        .id = grant_id(row.text(at(0))),
        .org = org_id(row.text(at(1))),
        .provider = provider_id(row.text(at(2))),
        .client_id = row.text(at(3)),
        .account = account_id(row.text(at(4))),
        .slot = row.text(at(5)),
        .state = row.text(at(6)) == "live" ? grant_state::live : grant_state::dead,
        .access_token = row.bytes(at(7)),
        .refresh_token = row.optional_bytes(at(8)),
        .id_token = row.optional_bytes(at(9)),
        .credentials = row.optional_bytes(at(30)),
        .key_id = row.text(at(10)),
        .token_type = row.text(at(11)),
        .scope = row.text(at(12)),
        .base_url = row.text(at(13)),
        .connect_params = row.text(at(14)),
        .authorized_at = row.time(at(15)),
        .issued_at = row.time(at(16)),
        .expires_at = row.optional_time(at(17)),
        .refresh_expires_at = row.optional_time(at(18)),
        .refresh_not_before = row.optional_time(at(19)),
        .next_refresh_at = row.optional_time(at(20)),
        .failures = row.integer(at(21)),
        .last_failure = row.text(at(22)),
        .failure_code = row.text(at(23)),
        .refused_since = row.optional_time(at(29)),
        .generation = row.integer(at(24)),
        .lease_owner = row.text(at(25)),
        .lease_until = row.optional_time(at(26)),
        .created_at = row.time(at(27)),
        .updated_at = row.time(at(28)),
    };
}

auto find_grant(sql_session& session, const grant_id& id) -> std::optional<grant_row> {
    static const auto statement =
        "SELECT " + grant_columns() + " FROM grants WHERE org_id = $1 AND id = $2";
    return read_first(run(session, statement, session.org(), id), read);
}

auto find_grant_id(
    sql_session& session, const provider_id& provider, const account_id& account,
    const std::string& slot
) -> std::optional<grant_id> {
    const auto rows =
        run(session,
            "SELECT id FROM grants "
            "WHERE org_id = $1 AND provider = $2 AND account_id = $3 AND slot = $4",
            session.org(), provider, account, slot);
    return read_first(rows, [](const sql_row& row) { return grant_id(row.text(0)); });
}

// By the index of each organization: there are few of these, and many grants.
auto is_account_granted(
    sql_session& session, const provider_id& provider, const account_id& account
) -> bool {
    return !run(session,
                "SELECT 1 FROM organizations WHERE EXISTS (SELECT 1 FROM grants WHERE "
                "grants.org_id = organizations.id AND grants.provider = $1 AND "
                "grants.account_id = $2 AND grants.status = 'live' AND EXISTS (SELECT 1 FROM "
                "connection_grants l JOIN connections c ON c.org_id = l.org_id AND "
                "c.id = l.connection_id WHERE l.org_id = grants.org_id AND "
                "l.grant_id = grants.id AND c.status_reason <> $3)) LIMIT 1",
                provider, account, leaving_reason)
                .empty();
}

auto upsert_grant(sql_session& session, const grant_row& row) -> result<std::int64_t> {
    const auto rows =
        run(session, upsert_statement, session.org(), row.id, row.provider, row.client_id,
            row.account, row.slot, text_of(row.state), blob{row.access_token},
            to_sql_bytes(row.refresh_token), to_sql_bytes(row.id_token), row.key_id, row.token_type,
            row.scope, row.base_url, row.connect_params, row.authorized_at, row.issued_at,
            row.expires_at, row.refresh_expires_at, row.refresh_not_before, row.next_refresh_at,
            row.generation, row.created_at, row.updated_at, to_sql_bytes(row.credentials));
    if (rows.empty()) {
        return fail(errc::conflict, "another grant of that account was stored meanwhile");
    }
    return rows[0].integer(0);
}

auto erase_grant_if_unreferenced(sql_session& session, const grant_id& id) -> bool {
    const bool erased =
        run(session,
            "DELETE FROM grants WHERE org_id = $1 AND id = $2 AND NOT EXISTS (SELECT 1 FROM "
            "connection_grants WHERE org_id = $1 AND grant_id = $2)",
            session.org(), id)
            .affected() > 0;
    if (erased) {
        run(session, "DELETE FROM intents WHERE org_id = $1 AND grant_id = $2", session.org(), id);
    }
    return erased;
}

auto count_grants(sql_session& session, time_point now, milliseconds expiring_ahead)
    -> std::vector<grant_count> {
    using std::chrono::days;
    // What nothing renews is due at its end (health.cpp).
    static const std::string lapse =
        "CASE WHEN expires_at IS NULL OR next_refresh_at <> expires_at OR failures > 0 "
        "THEN refresh_expires_at ELSE expires_at END";
    static const std::string statement =
        "SELECT provider, CASE WHEN status = 'dead' THEN 'needs_reconnect' "
        "WHEN failures > 0 THEN 'degraded' WHEN " +
        lapse +
        " < $1 THEN 'expiring' ELSE 'healthy' END, "
        "CASE WHEN status = 'dead' THEN 0 WHEN " +
        lapse + " < $2 THEN 7 WHEN " + lapse + " < $3 THEN 30 WHEN " + lapse +
        " < $4 THEN 90 ELSE 0 END, COUNT(*) FROM grants GROUP BY 1, 2, 3";
    const auto rows =
        run(session, statement, now + expiring_ahead, now + days(7), now + days(30),
            now + days(90));
    return read_all(rows, [](const sql_row& row) {
        return grant_count{provider_id(row.text(0)), row.text(1), row.integer(2), row.integer(3)};
    });
}

}  // namespace tenon::host
