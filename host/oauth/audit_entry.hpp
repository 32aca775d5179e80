// Lines of the audit log, written in the transaction that they are about.
#pragma once

#include "oauth/context.hpp"
#include "store/audit.hpp"

namespace tenon::host {

struct audit_entry {
    std::string action;  // `connection.created`
    provider_id provider;
    std::optional<connection_id> connection;
    std::string outcome = "ok";
    std::string detail = "{}";  // JSON object; no secret
    // Whose it is, where only the pseudonym is known; the actor has then no user.
    std::optional<std::string> subject = {};
};

// Into the session's organization; the user goes in as a pseudonym: that one, where there is a
// user.
auto write_audit(
    sql_session& session, const oauth_context& context, const actor& by, const audit_entry& entry
) -> std::optional<std::string>;

}  // namespace tenon::host
