#include "store/pending_connects.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {

namespace {

constexpr std::string_view columns =
    "state_hash, org_id, user_id, provider, client_id, redirect_url, requested_scope, "
    "connect_params, verifier, nonce, issuer, reconnect_account_id, confirm, browser_hash, "
    "created_at, expires_at, redirect_uri";

auto read(const sql_row& row) -> pending_connect_row {
    return {
        .state_hash = row.bytes(0),
        .org = org_id(row.text(1)),
        .user = user_id(row.text(2)),
        .provider = provider_id(row.text(3)),
        .client_id = row.text(4),
        .redirect_url = row.text(5),
        .redirect_uri = row.text(16),
        .requested_scope = row.text(6),
        .connect_params = row.text(7),
        .verifier = row.optional_bytes(8),
        .nonce = row.optional_bytes(9),
        .issuer = row.text(10),
        .reconnect = optional_id<account_id>(row, 11),
        .confirm = row.boolean(12),
        .browser_hash = row.optional_bytes(13),
        .created_at = row.time(14),
        .expires_at = row.time(15),
    };
}

}  // namespace

void save_pending_connect(sql_session& session, const pending_connect_row& row) {
    run_later(
        session,
        "INSERT INTO pending_connects (org_id, state_hash, user_id, provider, client_id, "
        "redirect_url, requested_scope, connect_params, verifier, nonce, issuer, "
        "reconnect_account_id, confirm, browser_hash, created_at, expires_at, redirect_uri) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        session.org(), blob{row.state_hash}, row.user, row.provider, row.client_id,
        row.redirect_url, row.requested_scope, row.connect_params, to_sql_bytes(row.verifier),
        to_sql_bytes(row.nonce), row.issuer, row.reconnect, row.confirm,
        to_sql_bytes(row.browser_hash), row.created_at, row.expires_at, row.redirect_uri
    );
}

auto take_pending_connect(sql_session& session, const std::string& state_hash, time_point now)
    -> std::optional<pending_connect_row> {
    static const auto statement =
        "DELETE FROM pending_connects WHERE state_hash = $1 RETURNING " + std::string(columns);
    auto taken = read_first(run(session, statement, blob{state_hash}), read);
    if (taken && taken->expires_at <= now) {
        taken.reset();
    }
    return taken;
}

auto list_pending_connects(
    sql_session& session, const user_id& user, const std::string& after, std::size_t limit
) -> std::vector<pending_connect_row> {
    static const auto statement = "SELECT " + std::string(columns) +
                                  " FROM pending_connects WHERE org_id = $1 AND user_id = $2 "
                                  "AND state_hash > $3 ORDER BY state_hash LIMIT $4";
    return read_all(
        run(session, statement, session.org(), user, blob{after}, as_limit(limit)), read
    );
}

auto erase_pending_connects(sql_session& session, const user_id& user) -> std::int64_t {
    return run(session, "DELETE FROM pending_connects WHERE org_id = $1 AND user_id = $2",
               session.org(), user)
        .affected();
}

auto erase_expired_pending_connects(sql_session& session, time_point now, std::size_t limit)
    -> std::int64_t {
    return run(session,
               "DELETE FROM pending_connects WHERE state_hash IN (SELECT state_hash FROM "
               "pending_connects WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
               now, as_limit(limit))
        .affected();
}

}  // namespace tenon::host
