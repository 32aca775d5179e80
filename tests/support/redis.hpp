// A throwaway Redis on a free port of loopback, which keeps nothing.
#pragma once

#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tenon::test {

// Throws std::runtime_error with what to install or what went wrong: tests that need Redis fail
// without it, they are not skipped. It ends with this, and with the thread that made it.
class redis_server {
  public:
    explicit redis_server(std::string password = {});

    // `redis://127.0.0.1:PORT`, with the password where it has one.
    [[nodiscard]] auto url() const -> std::string;
    [[nodiscard]] auto port() const -> std::uint16_t { return port_; }

    // It is gone at once, with what it knew; and there again, empty, at the same place.
    void kill();
    void start();
    // It takes connections and questions, and answers none, until it is let go on.
    void freeze();
    void thaw();
    // What redis-cli prints of a command.
    [[nodiscard]] auto command(std::vector<std::string> words) const -> std::string;

  private:
    temp_dir dir_;
    std::string password_;
    std::uint16_t port_ = 0;
    std::unique_ptr<process> process_;
};

}  // namespace tenon::test
