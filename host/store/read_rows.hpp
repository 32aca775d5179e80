// Turning answers into rows. Only the repositories' sources use this.
#pragma once

#include "store/sql.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace tenon::host {

template <class Read>
auto read_all(const sql_rows& rows, Read read) {
    std::vector<std::invoke_result_t<Read, sql_row>> all;
    all.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        all.push_back(read(rows[i]));
    }
    return all;
}

template <class Read>
auto read_first(const sql_rows& rows, Read read)
    -> std::optional<std::invoke_result_t<Read, sql_row>> {
    if (rows.empty()) {
        return std::nullopt;
    }
    return read(rows[0]);
}

template <class Id>
auto optional_id(const sql_row& row, std::size_t column) -> std::optional<Id> {
    return row.is_null(column) ? std::nullopt : std::optional(Id(row.text(column)));
}

inline auto as_limit(std::size_t limit) -> std::int64_t {
    return static_cast<std::int64_t>(limit);
}

// How many values one statement's list takes.
inline constexpr std::size_t list_length = 50;

// `$first, ..., $(first + length - 1)`
inline auto list_parameters(std::size_t first, std::size_t length = list_length) -> std::string {
    std::string list;
    for (std::size_t i = 0; i < length; ++i) {
        list += (i == 0 ? "$" : ", $") + std::to_string(first + i);
    }
    return list;
}

// Calls `ask(arguments)` for each `length` of the values: `leading`, then the values, of which the
// last is repeated until the list is full: so that few statements serve any number.
template <class Values, class Ask>
void ask_in_lists(
    const std::vector<sql_value>& leading, const Values& values, Ask ask,
    std::size_t length = list_length
) {
    for (std::size_t begin = 0; begin < values.size(); begin += length) {
        auto arguments = leading;
        for (std::size_t i = 0; i < length; ++i) {
            arguments.push_back(to_sql(values[std::min(begin + i, values.size() - 1)]));
        }
        ask(arguments);
    }
}

// `($first, $(first + 1)), …`: rows of two values, for VALUES.
inline auto pair_parameters(std::size_t first) -> std::string {
    std::string list;
    for (std::size_t i = 0; i < list_length; ++i) {
        const auto at = first + 2 * i;
        list +=
            (i == 0 ? "($" : ", ($") + std::to_string(at) + ", $" + std::to_string(at + 1) + ")";
    }
    return list;
}

// Calls `ask(arguments)` as ask_in_lists does, for things of which two values are asked for.
template <class Things, class First, class Second, class Ask>
void ask_in_pairs(
    const std::vector<sql_value>& leading, const Things& things, First first, Second second, Ask ask
) {
    for (std::size_t begin = 0; begin < things.size(); begin += list_length) {
        auto arguments = leading;
        for (std::size_t i = 0; i < list_length; ++i) {
            const auto& thing = things[std::min(begin + i, things.size() - 1)];
            arguments.push_back(to_sql(std::invoke(first, thing)));
            arguments.push_back(to_sql(std::invoke(second, thing)));
        }
        ask(arguments);
    }
}

}  // namespace tenon::host
