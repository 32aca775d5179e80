// A test case that runs once on each engine.
#pragma once

#include "store/database.hpp"
#include "support/catch.hpp"

namespace tenon::test {

// Once a test case: Catch takes further calls for the same generator, and answers the same.
inline auto any_engine() -> host::sql_engine {
    return GENERATE(host::sql_engine::sqlite, host::sql_engine::postgresql);
}

}  // namespace tenon::test
