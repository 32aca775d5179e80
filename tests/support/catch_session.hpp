// Catch's run of all tests of this program; what main does. Slow to compile, so once.
#pragma once

namespace tenon::test {

// The exit status: how many tests failed, at most 255.
auto run_catch(int argc, char** argv) -> int;

}  // namespace tenon::test
