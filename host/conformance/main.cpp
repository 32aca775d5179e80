#include "conformance/command.hpp"

#include <exception>
#include <iostream>

auto main(int argc, char** argv) -> int {
    using namespace tenon::host;
    try {
        return conformance::run_command(argc, argv, std::cout, std::cerr);
    } catch (const std::exception& problem) {
        std::cerr << "tenon-conformance: " << problem.what() << '\n';
        return conformance::exit_fault;
    }
}
