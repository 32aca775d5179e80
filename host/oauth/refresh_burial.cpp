#include "oauth/refresh_burial.hpp"

#include "oauth/audit_entry.hpp"
#include "oauth/token_cache.hpp"
#include "store/changes.hpp"
#include "store/connections.hpp"

namespace tenon::host {

auto bury(
    sql_session& session, const oauth_context& context, const grant_row& row,
    const std::string& reason
) -> std::optional<std::size_t> {
    const auto now = context.time.now();
    if (!mark_grant_dead(session, row.id, row.generation, reason, now)) {
        return std::nullopt;
    }
    const auto expired =
        set_state_of_connections_of_grant(session, row.id, connection_state::expired, reason, now);
    append_change(session, change_kind::grant, row.id.text(), now);
    for (const auto& connection : expired) {
        append_change(session, change_kind::connection, connection.text(), now);
        audit_entry entry;
        entry.action = "connection.expired";
        entry.provider = row.provider;
        entry.connection = connection;
        entry.outcome = code_of(errc::reconnect_required);
        actor by;
        by.org = row.org;
        by.name = "refresh";
        write_audit(session, context, by, entry);
    }
    return expired.size();
}

void mourn(oauth_context& context, const grant_row& row, std::size_t expired, expiry_cause cause) {
    context.cache.forget(row.id);
    if (expired > 0) {
        context.observer.connection_expired(row.provider.text(), cause);
    }
}

void revive(
    sql_session& session, const oauth_context& context, const reviver& who, const grant_id& grant
) {
    const auto now = context.time.now();
    const auto connected =
        set_state_of_connections_of_grant(session, grant, connection_state::connected, "", now);
    for (const auto& connection : connected) {
        if (connection == who.connection) {
            continue;  // its line is who brought the tokens
        }
        append_change(session, change_kind::connection, connection.text(), now);
        audit_entry entry;
        entry.action = "connection.revived";
        entry.provider = who.provider;
        entry.connection = connection;
        actor by;
        by.org = who.by.org;
        by.name = who.by.name;
        write_audit(session, context, by, entry);
    }
}

}  // namespace tenon::host
