// The main of all test programs. Apart from Catch itself: a program with a main of its own links
// the test support too.
#include "support/catch_session.hpp"

auto main(int argc, char** argv) -> int {
    return tenon::test::run_catch(argc, argv);
}
