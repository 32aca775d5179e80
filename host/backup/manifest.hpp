// What a backup says of itself.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/migration_history.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

struct backup_head {
    std::string tenon;  // the version that made it
    time_point made_at{};
    std::string engine;                        // that it came from: `sqlite`, `postgresql`
    applied_map migrations;                    // name and checksum of each; no times
    std::map<std::string, std::int64_t> rows;  // of each table
};

struct backup_table {
    std::string name;
    std::vector<std::string> columns;
};

// Values that one key seals.
struct key_use {
    std::string id;
    std::int64_t values = 0;
};

[[nodiscard]] auto to_json(const backup_head& head) -> std::string;
[[nodiscard]] auto to_json(const backup_table& table) -> std::string;
[[nodiscard]] auto to_json(const std::vector<key_use>& keys) -> std::string;

// Errors: invalid_request.
[[nodiscard]] auto parse_head(std::string_view text) -> result<backup_head>;
[[nodiscard]] auto parse_table(std::string_view text) -> result<backup_table>;
[[nodiscard]] auto parse_keys(std::string_view text) -> result<std::vector<key_use>>;

// Rows of all tables.
[[nodiscard]] auto row_count(const backup_head& head) -> std::int64_t;
// The newest migration's number.
[[nodiscard]] auto schema_of(const backup_head& head) -> std::int64_t;

// Does this binary know the schema that it was made of? Error: conflict, which says what to do.
[[nodiscard]] auto check_schema(const backup_head& head) -> result<void>;

}  // namespace tenon::host
