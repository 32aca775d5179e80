// What users granted, when and through what, and how it ended. Under the pseudonym that the audit
// log has for the user.
#pragma once

#include "store/sql.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

enum class consent_end {
    renewed,       // a later consent took its place
    disconnected,  // its user ended it here
    revoked,       // the provider says that it was ended there
    lapsed,        // the tokens have ended, and nothing renews them
    erased,        // the user was erased
};
// `renewed`
[[nodiscard]] auto to_text(consent_end how) noexcept -> std::string_view;

struct consent_row {
    std::string id;  // UUIDv7
    org_id org;
    std::string subject;  // a pseudonym
    provider_id provider;
    std::optional<account_id> account;  // empty: its user was erased
    connection_id connection;
    std::string scope;       // granted, space-separated
    std::string action;      // the audit log's; empty: of before consents were recorded
    std::string actor;       // by whom it came here, as in the audit log
    std::string request_id;  // may be empty
    time_point given_at{};
    std::optional<time_point> ended_at;
    std::string ended_by;  // a consent_end; empty while it stands
};

// Into the session's organization, at `now`. What stood for the connection until then was renewed.
void record_consent(sql_session& session, const consent_row& row, time_point now);
// What stands for the connection, if anything does, ends.
void end_consent(
    sql_session& session, const connection_id& connection, consent_end how, time_point now
);
// The last one of the connection stands again, if it ended with the tokens and not by its user.
void reopen_consent(sql_session& session, const connection_id& connection);
// With the subject's erasure: what stands ends, and no row names an account. How many rows there
// are.
auto erase_consents(sql_session& session, const std::string& subject, time_point now)
    -> std::int64_t;

struct consent_query {
    std::string subject;
    std::string after = {};  // the id of the last of the page before, or empty
    std::size_t limit = 50;
};
// Oldest first.
[[nodiscard]] auto list_consents(sql_session& session, const consent_query& query)
    -> std::vector<consent_row>;

}  // namespace tenon::host
