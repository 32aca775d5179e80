// What text both engines take alike. Only the engines use this.
#pragma once

#include "base/result.hpp"
#include "store/sql.hpp"

#include <span>

namespace tenon::host {

// Throws storage_failure invalid_request unless every text among the arguments is_text().
void check_arguments(std::span<const sql_value> arguments);

}  // namespace tenon::host
