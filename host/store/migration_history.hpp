// What was applied to a database, as it says itself. For migrations, and for what carries a
// database elsewhere.
#pragma once

#include "store/migrations.hpp"
#include "store/sql.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace tenon::host {

struct applied_migration {
    std::string name;
    std::string checksum;
    time_point at{};
};
using applied_map = std::map<std::int64_t, applied_migration>;

// Nobody else changes the schema, and no host starts that may, until the transaction ends; makes
// the table of the history where it is missing. No limit for what a big table may take.
void lock_schema(sql_session& session);

// Empty where there is no history.
[[nodiscard]] auto read_applied(sql_session& session) -> applied_map;

// Is what was applied what this binary knows? `whose`: of what the history is, as messages begin
// ("the database"). Error: conflict.
[[nodiscard]] auto check_history(
    const applied_map& applied, std::span<const migration> known,
    std::string_view whose = "the database"
) -> result<void>;

}  // namespace tenon::host
