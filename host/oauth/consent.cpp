#include "oauth/consent.hpp"

#include "oauth/audit_entry.hpp"
#include "store/changes.hpp"
#include "store/consents.hpp"

namespace tenon::host {
namespace {

auto entry_of(const std::string& action, const connection_row& row) -> audit_entry {
    audit_entry entry;
    entry.action = action;
    entry.provider = row.provider;
    entry.connection = row.id;
    return entry;
}

void note(
    sql_session& session, const oauth_context& context, const actor& by, const connection_row& row,
    const std::string& action, time_point given_at
) {
    const auto subject = write_audit(session, context, by, entry_of(action, row));
    if (!subject) {
        return;  // whose consent it is nobody would know
    }
    consent_row consent;
    consent.id = make_uuid(context.time, context.random);
    consent.subject = *subject;
    consent.provider = row.provider;
    consent.account = row.account;
    consent.connection = row.id;
    consent.scope = row.scope;
    consent.action = action;
    consent.actor = by.name;
    consent.request_id = by.request_id;
    consent.given_at = given_at;
    record_consent(session, consent, context.time.now());
}

}  // namespace

void note_consent(
    sql_session& session, const oauth_context& context, const landing& what,
    const connection_row& stored
) {
    note(session, context, what.by, stored, what.action, what.issued_at);
}

void note_revived(
    sql_session& session, const oauth_context& context, actor by, const owned_connection& other
) {
    by.user = other.user;
    append_change(session, change_kind::connection, other.connection.text(), context.time.now());
    if (const auto row = find_connection(session, other.connection)) {
        write_audit(session, context, by, entry_of("connection.revived", *row));
        reopen_consent(session, row->id);
    }
}

void note_overtaken(
    sql_session& session, const oauth_context& context, const landing& what,
    const connection_row& stands
) {
    auto entry = entry_of(what.action, stands);
    entry.detail = R"({"overtaken":true})";
    write_audit(session, context, what.by, entry);
}

}  // namespace tenon::host
