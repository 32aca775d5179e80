#include "store/confirmations.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {

namespace {

constexpr std::string_view columns =
    "code_hash, org_id, user_id, provider, account_id, scope, metadata, connection_id, sealed, "
    "created_at, expires_at";

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
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        session.org(), blob{row.code_hash}, row.user, row.provider, row.account, row.scope,
        row.metadata, row.connection, blob{row.sealed}, row.created_at, row.expires_at);
}

auto take_confirmation(
    sql_session& session, const user_id& user, const std::string& code_hash, time_point now
) -> std::optional<confirmation_row> {
    static const auto statement =
        "DELETE FROM confirmations "
        "WHERE org_id = $1 AND user_id = $2 AND code_hash = $3 AND expires_at > $4 RETURNING " +
        std::string(columns);
    return read_first(run(session, statement, session.org(), user, blob{code_hash}, now), read);
}

auto find_confirmation_provider(
    sql_session& session, const user_id& user, const std::string& code_hash, time_point now
) -> std::optional<provider_id> {
    const auto rows =
        run(session,
            "SELECT provider FROM confirmations "
            "WHERE org_id = $1 AND user_id = $2 AND code_hash = $3 AND expires_at > $4",
            session.org(), user, blob{code_hash}, now);
    return read_first(rows, [](const sql_row& row) { return provider_id(row.text(0)); });
}

auto expire_confirmations(
    sql_session& session, const user_id& user, const provider_id& provider,
    const std::string& account_or_id, time_point now
) -> std::int64_t {
    return run(session,
               "UPDATE confirmations SET expires_at = 0 WHERE org_id = $1 AND user_id = $2 AND "
               "provider = $3 AND ($4 = '' OR account_id = $4 OR connection_id = $4) AND "
               "expires_at > $5",
               session.org(), user, provider, account_or_id, now - confirmation_margin)
        .affected();
}

auto withdraw_confirmations(sql_session& session, const user_id& user)
    -> std::vector<confirmation_row> {
    static const auto statement =
        "UPDATE confirmations SET expires_at = 0 WHERE org_id = $1 AND user_id = $2 RETURNING " +
        std::string(columns);
    return read_all(run(session, statement, session.org(), user), read);
}

auto is_account_parked(
    sql_session& session, const provider_id& provider, const account_id& account, time_point now
) -> bool {
    return !run(session,
                "SELECT 1 FROM confirmations "
                "WHERE provider = $1 AND account_id = $2 AND expires_at > $3 LIMIT 1",
                provider, account, now - confirmation_margin)
                .empty();
}

auto list_confirmations(sql_session& session, const confirmation_query& query, time_point now)
    -> std::vector<confirmation_row> {
    std::string statement =
        "SELECT code_hash, org_id, user_id, provider, account_id, scope, metadata, connection_id, "
        "NULL, created_at, expires_at FROM confirmations "
        "WHERE org_id = $1 AND connection_id > $2 AND expires_at > $3";
    std::vector<sql_value> arguments{to_sql(session.org()), to_sql(query.after), to_sql(now)};
    const auto narrow = [&](std::string_view column, sql_value value) {
        arguments.push_back(std::move(value));
        statement += " AND " + std::string(column) + " = $" + std::to_string(arguments.size());
    };
    if (query.user) {
        narrow("user_id", to_sql(*query.user));
    }
    if (query.provider) {
        narrow("provider", to_sql(*query.provider));
    }
    arguments.emplace_back(as_limit(query.limit));
    statement += " ORDER BY connection_id LIMIT $" + std::to_string(arguments.size());
    return read_all(session.execute(statement, arguments), read);
}

auto expired_confirmations(
    sql_session& session, time_point now, std::size_t limit, const confirmation_row& after
) -> std::vector<confirmation_row> {
    static const auto statement = "SELECT " + std::string(columns) +
                                  " FROM confirmations "
                                  "WHERE expires_at <= $1 AND (expires_at, code_hash) > ($2, $3) "
                                  "ORDER BY expires_at, code_hash LIMIT $4";
    const auto due = now - confirmation_margin;
    return read_all(
        run(session, statement, due, after.expires_at, blob{after.code_hash}, as_limit(limit)), read
    );
}

auto delete_confirmation(sql_session& session, const std::string& code_hash) -> bool {
    return run(session, "DELETE FROM confirmations WHERE org_id = $1 AND code_hash = $2",
               session.org(), blob{code_hash})
               .affected() > 0;
}

}  // namespace tenon::host
