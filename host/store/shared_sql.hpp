// Text that several statements on connections and grants share. Only the repositories' sources use
// this.
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

// The columns of a grant, in the order in which they are read.
inline constexpr std::size_t grant_column_count = 31;

// `prefix`: the table's name in the statement, with a dot.
[[nodiscard]] auto grant_columns(std::string_view prefix = {}) -> std::string;

// `first`: where id is among the row's columns.
[[nodiscard]] auto read_grant(const sql_row& row, std::size_t first = 0) -> grant_row;

}  // namespace tenon::host
