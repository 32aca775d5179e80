// Rows out of one database and into another, a page at a time. As the service.
#pragma once

#include "base/result.hpp"
#include "store/kept_tables.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace tenon::host {

[[nodiscard]] auto count_all(sql_session& session, const kept_table& table) -> std::int64_t;

// Gives every row to `take`, in the order of the primary key, some hundred at a time: in one
// snapshot, or what was written meanwhile may be missing. `columns`: columns_of(). Error: take's,
// which ends it.
[[nodiscard]] auto read_pages(
    sql_session& session, const kept_table& table, std::span<const std::string> columns,
    const std::function<result<void>(const sql_rows& page)>& take
) -> result<void>;

// The first of the tables that are carried that has rows; empty: none has, or there are no tables.
[[nodiscard]] auto first_with_rows(sql_session& session) -> std::string;

// Writes rows of those columns. Throws storage_failure, conflict where a row is there already.
void write_rows(
    sql_session& session, const kept_table& table, std::span<const std::string> columns,
    const sql_rows& rows
);

// Behind the last row: numbers go on behind those that came, and nothing belongs any more to the
// processes that had it, so that what they left is taken up as after a crash.
void settle_rows(sql_session& session);

}  // namespace tenon::host
