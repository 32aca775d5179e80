// Text that several statements on connections, grants and intents share. Only the repositories'
// sources use this.
#pragma once

#include "store/grants.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

// The id of the connection that $4 means: of org $1, user $2 and provider $3, the one with that
// account id, or else that connection id. Two lookups: an OR would walk all of the user's. A query
// of its own: PostgreSQL takes COALESCE for one that may leak, and under row-level security would
// look at each row of the table before it compares.
inline constexpr std::string_view id_of_account =
    "(SELECT COALESCE((SELECT named.id FROM connections named WHERE named.org_id = $1 AND "
    "named.user_id = $2 AND named.provider = $3 AND named.account_id = $4), $4))";

// The providers that have something due at $1. From one to the next by the index, whatever lies
// between: each step is a lookup. The earliest is compared outside of its query: EXISTS would be a
// join, over all that is due.
inline constexpr std::string_view providers_due_statement =
    "WITH RECURSIVE named (provider) AS ("
    "SELECT (SELECT g.provider FROM grants g WHERE g.next_refresh_at IS NOT NULL AND "
    "g.status = 'live' ORDER BY g.provider LIMIT 1) "
    "UNION ALL SELECT (SELECT g.provider FROM grants g WHERE g.provider > named.provider "
    "AND g.next_refresh_at IS NOT NULL AND g.status = 'live' ORDER BY g.provider LIMIT 1) "
    "FROM named WHERE named.provider IS NOT NULL) "
    "SELECT named.provider FROM named WHERE named.provider IS NOT NULL AND "
    "(SELECT g.next_refresh_at FROM grants g WHERE g.provider = named.provider AND "
    "g.next_refresh_at IS NOT NULL AND g.status = 'live' "
    "ORDER BY g.next_refresh_at LIMIT 1) <= $1";

// The $2 most overdue at $1 of provider $3, but for what somebody holds.
inline constexpr std::string_view due_of_provider_statement =
    "SELECT id, org_id, provider, next_refresh_at FROM grants WHERE provider = $3 "
    "AND next_refresh_at IS NOT NULL AND status = 'live' AND next_refresh_at <= $1 "
    "AND (lease_until IS NULL OR lease_until <= $1) ORDER BY next_refresh_at LIMIT $2";

// The rows for which `condition` holds, oldest first; of each provider the $2 oldest: what one has
// left behind hides no other's. Reads all that the condition leaves.
[[nodiscard]] inline auto oldest_of_each_provider(
    std::string_view columns, std::string_view table, std::string_view condition
) -> std::string {
    return "SELECT " + std::string(columns) +
           " FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY provider ORDER BY updated_at, id) AS "
           "place FROM " +
           std::string(table) + " WHERE " + std::string(condition) +
           ") ranked WHERE place <= $2 ORDER BY updated_at, id";
}

// The columns of a grant, in the order in which they are read.
inline constexpr std::size_t grant_column_count = 31;

// `prefix`: the table's name in the statement, with a dot.
[[nodiscard]] auto grant_columns(std::string_view prefix = {}) -> std::string;

// `first`: where id is among the row's columns.
[[nodiscard]] auto read_grant(const sql_row& row, std::size_t first = 0) -> grant_row;

}  // namespace tenon::host
