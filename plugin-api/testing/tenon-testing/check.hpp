// check.hpp: the least that a plugin's test needs beside the fake host. Use any framework instead.
#ifndef TENON_TESTING_CHECK_HPP
#define TENON_TESTING_CHECK_HPP

#include <exception>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace tenon::test {

inline auto failed_checks() -> int& {
    static int count = 0;
    return count;
}

inline void check(bool holds, const char* what, const char* file, int line) {
    if (!holds) {
        std::cerr << file << ':' << line << ": " << what << " does not hold\n";
        ++failed_checks();
    }
}

/// The file of that name in the test's folder `fixtures`. Throws if there is none.
inline auto fixture(const std::string& name) -> std::string {
    std::ifstream file(std::string(TENON_TEST_FIXTURES) + "/" + name);
    if (!file) {
        throw std::runtime_error("there is no fixture " + name);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs them all; main's result.
inline auto run_checks(std::initializer_list<void (*)()> checks) -> int {
    for (void (*const one)() : checks) {
        try {
            one();
        } catch (const std::exception& broken) {
            std::cerr << broken.what() << '\n';
            ++failed_checks();
        }
    }
    return failed_checks() == 0 ? 0 : 1;
}

}  // namespace tenon::test

#define CHECK(...) \
    ::tenon::test::check(static_cast<bool>(__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)

#endif
