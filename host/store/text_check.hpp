// What text both engines take alike. Only the engines use this.
#pragma once

#include "base/result.hpp"
#include "store/sql.hpp"

#include <span>
#include <string_view>

namespace tenon::host {

// UTF-8 (RFC 3629) without NUL.
[[nodiscard]] auto is_storable_text(std::string_view text) noexcept -> bool;

// Throws storage_failure invalid_request unless every text among the arguments is storable.
void check_arguments(std::span<const sql_value> arguments);

}  // namespace tenon::host
