#include "oauth/audit_entry.hpp"

#include "crypto/random.hpp"

namespace tenon::host {

void write_audit(
    sql_session& session, const oauth_context& context, const actor& by, const audit_entry& entry
) {
    audit_row row;
    row.id = make_uuid(context.time, context.random);
    row.at = context.time.now();
    row.actor = by.name;
    row.action = entry.action;
    if (!by.user.empty()) {
        row.subject = pseudonym_of(session, by.user, random_token(context.random, 128));
    }
    row.provider = entry.provider.text();
    row.connection = entry.connection;
    row.outcome = entry.outcome;
    row.detail = entry.detail;
    row.request_id = by.request_id;
    append_audit(session, row);
}

}  // namespace tenon::host
