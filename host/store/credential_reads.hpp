// Who read credentials: by key, connection and minute. A host writes down what each second brought
// as it is, one row an organization; when a minute is over it is added up.
#pragma once

#include "store/sql.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tenon::host {

struct credential_reads_row {
    org_id org;
    api_key_id key;
    connection_id connection;
    time_point minute{};  // its start
    std::int64_t count = 0;
};

// As the service: writes down what was read.
void append_credential_reads(sql_session& session, std::span<const credential_reads_row> batch);

// As the service: adds up what was written down of minutes before that one, whichever host it was,
// at most so many batches; those of one organization, or everybody's. Answers how many they were.
// What was read of a user who has been erased since is not accounted for any more.
auto add_up_credential_reads(
    sql_session& session, time_point before, std::size_t most,
    const std::optional<org_id>& of = std::nullopt
) -> std::size_t;

// What was added up of all connections that the subject ever consented to, in the organization;
// ordered by connection, minute and key, behind `after` (its count does not matter; nothing: from
// the first on).
[[nodiscard]] auto list_credential_reads(
    sql_session& session, const std::string& subject,
    const std::optional<credential_reads_row>& after, std::size_t limit
) -> std::vector<credential_reads_row>;

// As the service: removes what was added up of minutes before that one, the oldest first, at most
// so many rows. Answers how many they were.
auto erase_credential_reads_before(sql_session& session, time_point before, std::size_t limit)
    -> std::int64_t;

// Removes what was added up of all connections that the subject ever consented to.
void erase_credential_reads(sql_session& session, const std::string& subject);

}  // namespace tenon::host
