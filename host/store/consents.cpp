#include "store/consents.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {

namespace {

auto read(const sql_row& row) -> consent_row {
    return {
        .id = row.text(0),
        .org = org_id(row.text(1)),
        .subject = row.text(2),
        .provider = provider_id(row.text(3)),
        .account = optional_id<account_id>(row, 4),
        .connection = connection_id(row.text(5)),
        .scope = row.text(6),
        .action = row.text(7),
        .actor = row.text(8),
        .request_id = row.text(9),
        .given_at = row.time(10),
        .ended_at = row.optional_time(11),
        .ended_by = row.optional_text(12).value_or(""),
    };
}

}  // namespace

auto to_text(consent_end how) noexcept -> std::string_view {
    switch (how) {
        case consent_end::renewed: return "renewed";
        case consent_end::disconnected: return "disconnected";
        case consent_end::revoked: return "revoked";
        case consent_end::lapsed: return "lapsed";
        case consent_end::erased: return "erased";
    }
    return "";
}

void record_consent(sql_session& session, const consent_row& row, time_point now) {
    end_consent(session, row.connection, consent_end::renewed, now);
    run_later(
        session,
        "INSERT INTO consents (org_id, id, subject, provider, account_id, connection_id, scope, "
        "action, actor, request_id, given_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        session.org(), row.id, row.subject, row.provider, row.account, row.connection, row.scope,
        row.action, row.actor, row.request_id, row.given_at
    );
}

void end_consent(
    sql_session& session, const connection_id& connection, consent_end how, time_point now
) {
    run_later(
        session,
        "UPDATE consents SET ended_at = $3, ended_by = $4 "
        "WHERE org_id = $1 AND connection_id = $2 AND ended_at IS NULL",
        session.org(), connection, now, to_text(how)
    );
}

void reopen_consent(sql_session& session, const connection_id& connection) {
    run_later(
        session,
        "UPDATE consents SET ended_at = NULL, ended_by = NULL WHERE org_id = $1 "
        "AND ended_by IN ($3, $4) AND id = (SELECT c.id FROM consents c WHERE c.org_id = $1 "
        "AND c.connection_id = $2 ORDER BY c.given_at DESC, c.id DESC LIMIT 1)",
        session.org(), connection, to_text(consent_end::revoked), to_text(consent_end::lapsed)
    );
}

auto erase_consents(sql_session& session, const std::string& subject, time_point now)
    -> std::int64_t {
    return run(session,
               "UPDATE consents SET account_id = NULL, ended_at = COALESCE(ended_at, $3), "
               "ended_by = COALESCE(ended_by, $4) WHERE org_id = $1 AND subject = $2",
               session.org(), subject, now, to_text(consent_end::erased))
        .affected();
}

auto list_consents(sql_session& session, const consent_query& query) -> std::vector<consent_row> {
    const auto rows =
        run(session,
            "SELECT id, org_id, subject, provider, account_id, connection_id, scope, action, "
            "actor, request_id, given_at, ended_at, ended_by FROM consents "
            "WHERE org_id = $1 AND subject = $2 AND id > $3 ORDER BY id LIMIT $4",
            session.org(), query.subject, query.after, as_limit(query.limit));
    return read_all(rows, read);
}

}  // namespace tenon::host
