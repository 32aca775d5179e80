#include "store/credential_reads.hpp"

#include "store/read_rows.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace tenon::host {

namespace {

// Rows of one statement: one round trip for many.
constexpr std::size_t most_rows = 40;

auto insert_statement(std::size_t rows) -> std::string {
    std::string statement =
        "INSERT INTO credential_reads (org_id, api_key_id, connection_id, minute, count) VALUES ";
    for (std::size_t row = 0; row < rows; ++row) {
        statement += row == 0 ? "(" : ", (";
        for (std::size_t column = 1; column <= 5; ++column) {
            statement += (column == 1 ? "$" : ", $") + std::to_string(row * 5 + column);
        }
        statement += ")";
    }
    return statement +
           " ON CONFLICT (org_id, connection_id, minute, api_key_id) DO UPDATE SET "
           "count = credential_reads.count + EXCLUDED.count";
}

}  // namespace

void add_credential_reads(sql_session& session, std::span<const credential_reads_row> batch) {
    // PostgreSQL refuses to touch a row twice in one statement; one order for all batches, so that
    // two of them don't wait for each other crosswise.
    std::map<std::tuple<org_id, connection_id, time_point, api_key_id>, std::int64_t> sums;
    for (const auto& row : batch) {
        sums[{row.org, row.connection, row.minute, row.key}] += row.count;
    }
    std::vector<sql_value> arguments;
    std::size_t rows = 0;
    const auto flush = [&] {
        session.execute(insert_statement(rows), arguments);
        arguments.clear();
        rows = 0;
    };
    for (const auto& [place, count] : sums) {
        const auto& [org, connection, minute, key] = place;
        for (auto&& value : {to_sql(org), to_sql(key), to_sql(connection), to_sql(minute)}) {
            arguments.push_back(value);
        }
        arguments.emplace_back(count);
        if (++rows == most_rows) {
            flush();
        }
    }
    if (rows > 0) {
        flush();
    }
}

}  // namespace tenon::host
