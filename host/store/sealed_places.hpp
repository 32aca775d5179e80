// Where each sealed column is. For what walks over rows in a way of its own.
#pragma once

#include "store/keyring_rows.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

enum class key_kind { org, org_and_text, org_text_and_position, hash, org_and_hash };

struct column_place {
    sealed_column column;
    std::string_view table;
    std::string_view name;
    key_kind kind;
    std::string_view key;  // the primary key's columns, as a statement has them
};

// One for each sealed column.
[[nodiscard]] auto all_places() -> std::span<const column_place>;
[[nodiscard]] auto place_of(sealed_column column) -> const column_place&;

// The value that a row holds there. `key`: the primary key's values; one that does not suit the
// place is a bug: std::logic_error.
[[nodiscard]] auto sealed_value_at(
    const column_place& where, org_id org, std::string sealed, std::vector<sql_value> key
) -> sealed_value;

}  // namespace tenon::host
