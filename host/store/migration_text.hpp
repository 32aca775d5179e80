// A migration file's parts.
#pragma once

#include "base/result.hpp"
#include "store/sql.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

enum class migration_direction { up, down };

// What runs on that engine in that direction: the parts for it, in the order in which they stand.
// Error: internal (a marker that is not `-- up` or `-- down` with an engine's name or none).
[[nodiscard]] auto migration_part(
    std::string_view text, migration_direction direction, sql_engine engine
) -> result<std::string>;

}  // namespace tenon::host
