#include "oauth/refresh_burial.hpp"

#include "oauth/audit_entry.hpp"
#include "oauth/consent.hpp"
#include "oauth/token_cache.hpp"
#include "store/changes.hpp"
#include "store/connections.hpp"
#include "store/consents.hpp"

namespace tenon::host {
namespace {

auto end_of(expiry_cause cause) -> consent_end {
    return cause == expiry_cause::revoked ? consent_end::revoked : consent_end::lapsed;
}

}  // namespace

auto bury(
    sql_session& session, const oauth_context& context, const grant_row& row, const expiry& why
) -> std::optional<std::size_t> {
    const auto now = context.time.now();
    if (!mark_grant_dead(session, row.id, row.generation, why.words, now)) {
        return std::nullopt;
    }
    const auto expired = set_state_of_connections_of_grant(
        session, row.id, connection_state::expired, why.words, now
    );
    append_change(session, change_kind::grant, row.id.text(), now);
    for (const auto& [connection, user] : expired) {
        append_change(session, change_kind::connection, connection.text(), now);
        end_consent(session, connection, end_of(why.cause), now);
        audit_entry entry;
        entry.action = "connection.expired";
        entry.provider = row.provider;
        entry.connection = connection;
        entry.outcome = code_of(errc::reconnect_required);
        write_audit(session, context, actor{row.org, user, "refresh", {}}, entry);
    }
    return expired.size();
}

void mourn(oauth_context& context, const grant_row& row, std::size_t expired, expiry_cause cause) {
    context.cache.forget(row.id);
    for (std::size_t i = 0; i < expired; ++i) {
        context.observer.connection_expired(row.provider.text(), cause);
    }
}

auto commit_renewed(
    sql_session& session, const oauth_context& context, const grant_row& row,
    const refreshed_grant& values
) -> std::optional<grant_row> {
    const auto now = context.time.now();
    if (auto renewed = commit_refresh(session, row.id, row.generation, values, now)) {
        return renewed;
    }
    auto renewed = commit_refresh(session, row.id, row.generation, values, now, grant_state::dead);
    if (!renewed) {
        return std::nullopt;
    }
    const auto revived =
        set_state_of_connections_of_grant(session, row.id, connection_state::connected, "", now);
    for (const auto& one : revived) {
        note_revived(session, context, actor{row.org, {}, "refresh", {}}, one);
    }
    return renewed;
}

}  // namespace tenon::host
