#include "store/audit.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {

auto read_audit(const sql_row& row) -> audit_row {
    return {
        .seq = row.integer(0),
        .id = row.text(1),
        .org = org_id(row.text(2)),
        .at = row.time(3),
        .actor = row.text(4),
        .action = row.text(5),
        .subject = row.optional_text(6),
        .provider = row.text(7),
        .connection = optional_id<connection_id>(row, 8),
        .outcome = row.text(9),
        .detail = row.text(10),
        .request_id = row.text(11),
    };
}

void give_pseudonym(sql_session& session, const user_id& user, const std::string& fresh) {
    run_later(
        session,
        "INSERT INTO subjects (org_id, user_id, pseudonym) VALUES ($1, $2, $3) "
        "ON CONFLICT (org_id, user_id) DO NOTHING",
        session.org(), user, fresh
    );
}

auto find_pseudonym(sql_session& session, const user_id& user) -> std::optional<std::string> {
    const auto rows =
        run(session, "SELECT pseudonym FROM subjects WHERE org_id = $1 AND user_id = $2",
            session.org(), user);
    return read_first(rows, [](const sql_row& row) { return row.text(0); });
}

auto forget_subject(sql_session& session, const user_id& user) -> bool {
    return run(session, "DELETE FROM subjects WHERE org_id = $1 AND user_id = $2", session.org(),
               user)
               .affected() > 0;
}

void append_audit(sql_session& session, const audit_row& row) {
    run_later(
        session,
        "INSERT INTO audit_log (org_id, id, at, actor, action, subject, provider, connection_id, "
        "outcome, detail, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        session.org(), row.id, row.at, row.actor, row.action, row.subject, row.provider,
        row.connection, row.outcome, row.detail, row.request_id
    );
}

auto list_audit(sql_session& session, const audit_query& query) -> std::vector<audit_row> {
    std::string statement =
        "SELECT " + std::string(audit_columns) + " FROM audit_log WHERE org_id = $1";
    std::vector<sql_value> arguments{to_sql(session.org())};
    const auto narrow = [&](std::string_view condition, sql_value value) {
        arguments.push_back(std::move(value));
        statement += " AND " + std::string(condition) + " $" + std::to_string(arguments.size());
    };
    if (query.subject) {
        narrow("subject =", to_sql(*query.subject));
    }
    if (query.action) {
        narrow("action =", to_sql(*query.action));
    }
    if (query.connection) {
        narrow("connection_id =", to_sql(*query.connection));
    }
    if (query.before) {
        narrow("seq <", to_sql(*query.before));
    }
    arguments.emplace_back(as_limit(query.limit));
    statement += " ORDER BY seq DESC LIMIT $" + std::to_string(arguments.size());
    return read_all(session.execute(statement, arguments), read_audit);
}

}  // namespace tenon::host
