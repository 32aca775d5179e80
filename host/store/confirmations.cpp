#include "store/confirmations.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {

namespace {

auto read(const sql_row& row) -> confirmation_row {
    return {
        .code_hash = row.bytes(0),
        .org = org_id(row.text(1)),
        .user = user_id(row.text(2)),
        .provider = provider_id(row.text(3)),
        .account = account_id(row.text(4)),
        .scope = row.text(5),
        .metadata = row.text(6),
        .connection = connection_id(row.text(7)),
        .sealed = row.optional_bytes(8).value_or(""),
        .created_at = row.time(9),
        .expires_at = row.time(10),
    };
}

}  // namespace

void save_confirmation(sql_session& session, const confirmation_row& row) {
    run(session,
        "INSERT INTO confirmations (org_id, code_hash, user_id, provider, account_id, scope, "
        "metadata, connection_id, sealed, created_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        session.org(), blob{row.code_hash}, row.user, row.provider, row.account, row.scope,
        row.metadata, row.connection, blob{row.sealed}, row.created_at, row.expires_at);
}

auto take_confirmation(
    sql_session& session, const user_id& user, const std::string& code_hash, time_point now
) -> std::optional<confirmation_row> {
    const auto rows =
        run(session,
            "DELETE FROM confirmations WHERE org_id = $1 AND user_id = $2 AND code_hash = $3 "
            "RETURNING code_hash, org_id, user_id, provider, account_id, scope, metadata, "
            "connection_id, sealed, created_at, expires_at",
            session.org(), user, blob{code_hash});
    auto taken = read_first(rows, read);
    if (taken && taken->expires_at <= now) {
        taken.reset();
    }
    return taken;
}

auto list_confirmations(sql_session& session, const user_id& user, time_point now)
    -> std::vector<confirmation_row> {
    const auto rows = run(
        session,
        "SELECT code_hash, org_id, user_id, provider, account_id, scope, metadata, connection_id, "
        "NULL, created_at, expires_at FROM confirmations "
        "WHERE org_id = $1 AND user_id = $2 AND expires_at > $3 "
        "ORDER BY created_at, connection_id",
        session.org(), user, now
    );
    return read_all(rows, read);
}

auto erase_expired_confirmations(sql_session& session, time_point now, std::size_t limit)
    -> std::int64_t {
    return run(session,
               "DELETE FROM confirmations WHERE code_hash IN (SELECT code_hash FROM confirmations "
               "WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
               now, as_limit(limit))
        .affected();
}

}  // namespace tenon::host
