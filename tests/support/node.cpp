#include "support/node.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <sstream>
#include <stdexcept>

namespace tenon::test {

auto node_program() -> std::string {
    const char* path = ::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        auto program = folder + "/node";
        if (::access(program.c_str(), X_OK) == 0) {
            return program;
        }
    }
    throw std::runtime_error(
        "Node.js is missing, which tests need for servers that speak HTTP/2 and OpenID Connect: "
        "install it (on "
        "Debian: apt-get install nodejs npm), and build again"
    );
}

}  // namespace tenon::test
