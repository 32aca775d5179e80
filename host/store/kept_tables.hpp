// The tables as what is carried to another database sees them: whole rows, whatever is in them.
#pragma once

#include "store/sql.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

struct kept_table {
    std::string_view name;
    std::string_view key;  // the primary key's columns, as a statement has them
};

// What is carried, in an order in which rows come before those that refer to them; the keyring's
// canaries first.
[[nodiscard]] auto kept_tables() -> std::span<const kept_table>;
// Null where none of that name is carried.
[[nodiscard]] auto find_kept_table(std::string_view name) -> const kept_table*;

// What stays behind: the schema's history, which is made anew; what processes that run now tell
// each other.
[[nodiscard]] auto left_tables() -> std::span<const std::string_view>;

// As the database has them now, in their order; none where there is no such table.
[[nodiscard]] auto columns_of(sql_session& session, std::string_view table)
    -> std::vector<std::string>;
// Every table that the database has in Tenon's schema.
[[nodiscard]] auto existing_tables(sql_session& session) -> std::vector<std::string>;

}  // namespace tenon::host
