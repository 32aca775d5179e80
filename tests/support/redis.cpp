#include "support/redis.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <csignal>
#include <stdexcept>

namespace tenon::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

auto find_program(const std::string& name) -> std::string {
    for (const char* const folder : {"/usr/bin", "/usr/local/bin", "/opt/redis/bin"}) {
        const auto path = fs::path(folder) / name;
        if (fs::exists(path)) {
            return path.string();
        }
    }
    throw std::runtime_error(
        name + " is not here (/usr/bin): install the package redis-server; these tests need it"
    );
}

auto free_port() -> std::uint16_t {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    auto* const address = reinterpret_cast<sockaddr*>(&where);
    const bool found = probe >= 0 && ::bind(probe, address, size) == 0 &&
                       ::getsockname(probe, address, &size) == 0;
    ::close(probe);
    if (!found) {
        throw std::runtime_error("no free port for a Redis");
    }
    return ntohs(where.sin_port);
}

}  // namespace

redis_server::redis_server(std::string password) : password_(std::move(password)) {
    // Somebody else may take a port between its choice and its use.
    for (int left = 5; process_ == nullptr; --left) {
        port_ = free_port();
        try {
            start();
        } catch (const std::runtime_error&) {
            process_.reset();
            if (left == 0) {
                throw;
            }
        }
    }
}

auto redis_server::url() const -> std::string {
    const auto at = password_.empty() ? std::string() : ":" + password_ + "@";
    return "redis://" + at + "127.0.0.1:" + std::to_string(port_);
}

void redis_server::start() {
    test::command what;
    what.arguments = {
        find_program("redis-server"),
        "--bind",
        "127.0.0.1",
        "--port",
        std::to_string(port_),
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        dir_.path().string()};
    if (!password_.empty()) {
        what.arguments.insert(what.arguments.end(), {"--requirepass", password_});
    }
    process_ = std::make_unique<process>(what);
    if (!process_->wait_for_text("Ready to accept connections", 30s)) {
        throw std::runtime_error("redis-server did not start: " + process_->out());
    }
}

void redis_server::kill() {
    process_.reset();
}

void redis_server::freeze() {
    process_->signal(SIGSTOP);
}

void redis_server::thaw() {
    process_->signal(SIGCONT);
}

auto redis_server::command(std::vector<std::string> words) const -> std::string {
    test::command what;
    what.arguments = {find_program("redis-cli"), "-p", std::to_string(port_)};
    if (!password_.empty()) {
        what.variables.emplace_back("REDISCLI_AUTH", password_);
    }
    what.arguments.insert(what.arguments.end(), words.begin(), words.end());
    const auto done = run(what);
    if (done.code != 0) {
        throw std::runtime_error("redis-cli: " + done.out + done.err);
    }
    return done.out;
}

}  // namespace tenon::test
