#include "oauth/audit_entry.hpp"

#include "crypto/random.hpp"
#include "oauth/erased.hpp"

namespace tenon::host {
namespace {

// Nothing where nobody is meant; and where it is told of what was still under way when its user was
// erased: a pseudonym of its own would keep the user's id.
auto subject_of(sql_session& session, const oauth_context& context, const actor& by)
    -> std::optional<std::string> {
    if (by.user.empty()) {
        return std::nullopt;
    }
    if (auto known = find_pseudonym(session, by.user)) {
        return known;
    }
    return new_pseudonym(session, who_of(context, by), random_token(context.random, 128));
}

}  // namespace

auto write_audit(
    sql_session& session, const oauth_context& context, const actor& by, const audit_entry& entry
) -> std::optional<std::string> {
    audit_row row;
    row.id = make_uuid(context.time, context.random);
    row.at = context.time.now();
    row.actor = by.name;
    row.action = entry.action;
    row.subject = entry.subject ? entry.subject : subject_of(session, context, by);
    row.provider = entry.provider.text();
    row.connection = entry.connection;
    row.outcome = entry.outcome;
    row.detail = entry.detail;
    row.request_id = by.request_id;
    append_audit(session, row);
    return row.subject;
}

}  // namespace tenon::host
