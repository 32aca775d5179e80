// Looks through every column of every table, and into what is sealed there.
#pragma once

#include "oauth/sealing.hpp"
#include "store/sealed_places.hpp"
#include "support/row_scan.hpp"

namespace tenon::test {

// `TABLE.COLUMN`, for each sealed column in which some value of any organization holds the text, or
// can't be opened with these keys.
[[nodiscard]] inline auto sealed_columns_that_hold(
    host::database& db, const host::sealer& seal, const std::string& text
) -> std::vector<std::string> {
    constexpr std::size_t all = 100'000;
    auto found = db.as_service_now(
        host::access::read,
        [&](host::sql_session& session) -> host::result<std::vector<std::string>> {
            std::vector<std::string> columns;
            for (const auto column : host::all_sealed_columns()) {
                const auto& place = host::place_of(column);
                const auto name = std::string(place.table) + '.' + std::string(place.name);
                for (const auto& value :
                     host::sealed_values_not_of(session, column, "", std::nullopt, all)) {
                    const auto plain =
                        host::open_from(seal, value.org, host::row_of(value), column, value.sealed);
                    if (plain.has_error() || plain->reveal().find(text) != std::string_view::npos) {
                        columns.push_back(name);
                        break;
                    }
                }
            }
            return columns;
        }
    );
    return std::move(found.value());
}

// Of both kinds.
[[nodiscard]] inline auto columns_that_hold(
    host::database& db, const host::sealer& seal, const std::string& text
) -> std::vector<std::string> {
    auto columns = columns_that_hold(db, text);
    for (auto& sealed : sealed_columns_that_hold(db, seal, text)) {
        columns.push_back(std::move(sealed));
    }
    return columns;
}

}  // namespace tenon::test
