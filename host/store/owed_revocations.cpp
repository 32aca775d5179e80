#include "store/owed_revocations.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {

namespace {

constexpr std::string_view columns =
    "id, org_id, provider, slot, connection_id, subject, sealed, attempts, due_at, ends_at, "
    "created_at";

auto read(const sql_row& row) -> owed_revocation_row {
    return {
        .id = row.text(0),
        .org = org_id(row.text(1)),
        .provider = provider_id(row.text(2)),
        .slot = row.text(3),
        .connection = optional_id<connection_id>(row, 4),
        .subject = row.optional_text(5),
        .sealed = row.bytes(6),
        .attempts = row.integer(7),
        .due_at = row.time(8),
        .ends_at = row.time(9),
        .created_at = row.time(10),
    };
}

// Providers are told apart among the thousand that are due the longest: a claim must not read all
// that one which is down for hours has left behind. Due once more where the row is locked: another
// host may have claimed it meanwhile. SQLite has one writer: nobody has a row in hand there.
auto claim_statement(std::string_view lock) -> std::string {
    return "UPDATE owed_revocations SET due_at = $2, attempts = attempts + 1 "
           "WHERE (org_id, id) IN (SELECT org_id, id FROM owed_revocations WHERE due_at <= $1 "
           "AND (org_id, id) IN (SELECT org_id, id FROM (SELECT org_id, id, ROW_NUMBER() OVER "
           "(PARTITION BY provider ORDER BY due_at, org_id, id) AS place FROM (SELECT org_id, id, "
           "provider, due_at FROM owed_revocations WHERE due_at <= $1 "
           "ORDER BY due_at, org_id, id LIMIT 1000) oldest) ranked WHERE place <= $3)" +
           std::string(lock) + ") RETURNING " + std::string(columns);
}

}  // namespace

void owe_revocation(sql_session& session, const owed_revocation_row& row) {
    run_later(
        session,
        "INSERT INTO owed_revocations (org_id, id, provider, slot, connection_id, subject, sealed, "
        "attempts, due_at, ends_at, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        session.org(), row.id, row.provider, row.slot, row.connection, row.subject,
        blob{row.sealed}, row.attempts, row.due_at, row.ends_at, row.created_at
    );
}

auto revocations_owed_of(
    sql_session& session, const std::string& subject, const std::string& after, std::size_t limit
) -> std::vector<owed_revocation_row> {
    static const auto statement = "SELECT " + std::string(columns) +
                                  " FROM owed_revocations WHERE org_id = $1 AND subject = $2 "
                                  "AND id > $3 ORDER BY id LIMIT $4";
    return read_all(run(session, statement, session.org(), subject, after, as_limit(limit)), read);
}

auto claim_owed_revocations(
    sql_session& session, time_point now, time_point until, std::size_t of_each
) -> std::vector<owed_revocation_row> {
    static const auto statements =
        std::pair(claim_statement(""), claim_statement(" FOR UPDATE SKIP LOCKED"));
    const auto& statement =
        session.engine() == sql_engine::postgresql ? statements.second : statements.first;
    return read_all(run(session, statement, now, until, as_limit(of_each)), read);
}

auto count_owed_revocations(sql_session& session) -> std::int64_t {
    return run(session, "SELECT COUNT(*) FROM owed_revocations")[0].integer(0);
}

auto end_owed_revocation(sql_session& session, const owed_revocation_row& claimed) -> bool {
    return run(session,
               "DELETE FROM owed_revocations WHERE org_id = $1 AND id = $2 AND attempts = $3",
               session.org(), claimed.id, claimed.attempts)
               .affected() > 0;
}

auto put_off_owed_revocation(
    sql_session& session, const owed_revocation_row& claimed, time_point due_at
) -> bool {
    return run(session,
               "UPDATE owed_revocations SET due_at = $4 "
               "WHERE org_id = $1 AND id = $2 AND attempts = $3",
               session.org(), claimed.id, claimed.attempts, due_at)
               .affected() > 0;
}

}  // namespace tenon::host
