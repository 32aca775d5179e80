// The audit log: append-only (the database refuses anything else), subjects by pseudonym.
#pragma once

#include "store/sql.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

struct audit_row {
    std::int64_t seq = 0;  // given by the database
    std::string id;        // UUIDv7
    org_id org;
    time_point at{};
    std::string actor;                   // `key:ID`, `cli`, `callback`, `refresh`, `recovery`
    std::string action;                  // `connection.created`
    std::optional<std::string> subject;  // a pseudonym
    std::string provider;                // may be empty
    std::optional<connection_id> connection;
    std::string outcome;        // `ok`, or an error's code
    std::string detail = "{}";  // JSON object; no secret
    std::string request_id;     // may be empty
};

// `fresh` stands for the user in the log from now on, unless something does.
void give_pseudonym(sql_session& session, const user_id& user, const std::string& fresh);
// The pseudonym that stands for the user in the log. Nothing: the user is not known, or was
// erased.
[[nodiscard]] auto find_pseudonym(sql_session& session, const user_id& user)
    -> std::optional<std::string>;
// Erases the mapping: who the log's lines are about can't be told any more. False: there was none.
auto forget_subject(sql_session& session, const user_id& user) -> bool;

// Into the session's organization.
void append_audit(sql_session& session, const audit_row& row);

// The columns of a line, in the order in which they are read. Only the repositories use these.
inline constexpr std::string_view audit_columns =
    "seq, id, org_id, at, actor, action, subject, provider, connection_id, outcome, detail, "
    "request_id";
inline constexpr std::size_t audit_column_count = 12;
[[nodiscard]] auto read_audit(const sql_row& row) -> audit_row;

struct audit_query {
    std::optional<std::string> subject = {};
    std::optional<std::string> action = {};
    std::optional<connection_id> connection = {};
    std::optional<std::int64_t> before = {};  // the last seq of the page before
    std::size_t limit = 50;
};
// The organization's, newest first.
[[nodiscard]] auto list_audit(sql_session& session, const audit_query& query)
    -> std::vector<audit_row>;

}  // namespace tenon::host
