#include "backup/sealed_finder.hpp"

#include <algorithm>
#include <optional>

namespace tenon::host {
namespace {

auto position_of(std::string_view name, std::span<const std::string> columns)
    -> std::optional<std::size_t> {
    const auto found = std::find(columns.begin(), columns.end(), name);
    return found == columns.end()
               ? std::nullopt
               : std::optional(static_cast<std::size_t>(found - columns.begin()));
}

// Of what types the values of a key are.
auto suits(key_kind kind, std::span<const sql_value> key) -> bool {
    const auto is_text = [&](std::size_t at) {
        return at < key.size() && std::holds_alternative<std::string>(key[at]);
    };
    const auto is_hash = [&](std::size_t at) {
        return at < key.size() && std::holds_alternative<blob>(key[at]);
    };
    switch (kind) {
        case key_kind::org: return is_text(0);
        case key_kind::hash: return is_hash(0);
        case key_kind::org_and_hash: return is_hash(1);
        case key_kind::org_and_text: return is_text(1);
        case key_kind::org_text_and_position:
            return is_text(1) && key.size() > 2 && std::holds_alternative<std::int64_t>(key[2]);
    }
    return false;
}

auto strange_row() -> error {
    return fail(errc::invalid_request, "the backup is damaged: a row that is not of its table");
}

}  // namespace

sealed_finder::sealed_finder(std::string_view table, std::span<const std::string> columns) {
    for (const auto& place : all_places()) {
        const auto value = position_of(place.name, columns);
        const auto org = position_of("org_id", columns);
        if (place.table != table || !value || !org) {
            continue;
        }
        spot where{&place, *value, *org, {}};
        auto key = place.key;
        while (!key.empty()) {
            const auto end = std::min(key.find(", "), key.size());
            where.key.push_back(position_of(key.substr(0, end), columns).value_or(*value));
            key.remove_prefix(std::min(end + 2, key.size()));
        }
        spots_.push_back(std::move(where));
    }
}

auto sealed_finder::read(const spot& where, const sql_row& row)
    -> result<std::optional<sealed_value>> {
    const auto values = row.values();
    if (std::holds_alternative<std::monostate>(values[where.value])) {
        return std::optional<sealed_value>();
    }
    const auto* sealed = std::get_if<blob>(&values[where.value]);
    const auto* org = std::get_if<std::string>(&values[where.org]);
    std::vector<sql_value> key;
    for (const auto position : where.key) {
        key.push_back(values[position]);
    }
    if (sealed == nullptr || org == nullptr || !suits(where.place->kind, key)) {
        return strange_row();
    }
    if (sealed->data.empty()) {
        return std::optional<sealed_value>();
    }
    return std::optional(sealed_value_at(*where.place, org_id(*org), sealed->data, std::move(key)));
}

auto sealed_finder::each(
    const sql_rows& rows, const std::function<void(const sealed_value&)>& found
) const -> result<void> {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (const auto& where : spots_) {
            const auto value = read(where, rows[i]);
            if (value.has_error()) {
                return value.error();
            }
            if (*value) {
                found(**value);
            }
        }
    }
    return {};
}

}  // namespace tenon::host
