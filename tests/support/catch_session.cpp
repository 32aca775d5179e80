#include "support/catch_session.hpp"

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

auto tenon::test::run_catch(int argc, char** argv) -> int {
    return Catch::Session().run(argc, argv);
}
