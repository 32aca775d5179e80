// The columns of a grant, in the order in which they are read. Only the repositories' sources use
// this.
#pragma once

#include "store/grants.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

inline constexpr std::size_t grant_column_count = 27;

// `prefix`: the table's name in the statement, with a dot.
[[nodiscard]] auto grant_columns(std::string_view prefix = {}) -> std::string;

// `first`: where id is among the row's columns.
[[nodiscard]] auto read_grant(const sql_row& row, std::size_t first = 0) -> grant_row;

}  // namespace tenon::host
