// Looks through every column of every table.
#pragma once

#include "store/database.hpp"

#include <string>
#include <vector>

namespace tenon::test {

// `TABLE.COLUMN`, for each column in which some row of any organization holds the text, be the
// column text, a number or bytes (on PostgreSQL seen in hex: no digits alone, nor a to f, or it is
// found by chance). What is sealed is not seen: sealed_scan.hpp opens it. Throws where there is
// nothing to look through.
[[nodiscard]] auto columns_that_hold(host::database& db, const std::string& text)
    -> std::vector<std::string>;

}  // namespace tenon::test
