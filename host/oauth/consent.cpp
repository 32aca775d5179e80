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

auto consent_of(
    const oauth_context& context, const landing& what, const connection_row& row,
    std::string subject
) -> consent_row {
    consent_row consent;
    consent.id = make_uuid(context.time, context.random);
    consent.subject = std::move(subject);
    consent.provider = row.provider;
    consent.account = row.account;
    consent.connection = row.id;
    consent.scope = row.scope;
    consent.action = what.action;
    consent.actor = what.by.name;
    consent.request_id = what.by.request_id;
    consent.given_at = what.issued_at;
    return consent;
}

}  // namespace

void note_consent(
    sql_session& session, const oauth_context& context, const landing& what,
    const connection_row& stored, const std::vector<settled_tokens>& left
) {
    auto entry = entry_of(what.action, stored);
    if (!left.empty()) {
        entry.detail = outcomes_json(outcomes_of(left));
    }
    const auto subject = write_audit(session, context, what.by, entry);
    owe_all(session, left, stored.id, subject);
    if (subject) {  // else nobody would know whose consent it is
        const auto consent = consent_of(context, what, stored, *subject);
        record_consent(session, consent, context.time.now());
    }
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
