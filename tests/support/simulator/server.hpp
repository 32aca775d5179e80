// Serves a stage over HTTP/1.1: keep-alive, concurrent, with real TCP resets.
#pragma once

#include "support/simulator/stage.hpp"

#include <memory>
#include <string>

namespace tenon::sim {

class server {
  public:
    // Binds and listens; port 0 takes a free one. Serves from then on, on one thread of its own.
    // The OpenID provider's `issuer` becomes the server's address, unless it was set before.
    // Throws std::runtime_error where the address can't be bound.
    explicit server(
        std::unique_ptr<simulator> actor, const std::string& address = "127.0.0.1",
        std::uint16_t port = 0
    );
    // Ends all connections and joins the thread.
    ~server();
    server(const server&) = delete;
    auto operator=(const server&) -> server& = delete;

    [[nodiscard]] auto url() const -> std::string;  // http://127.0.0.1:PORT
    [[nodiscard]] auto port() const -> std::uint16_t;
    [[nodiscard]] auto on_stage() -> stage&;  // any thread

  private:
    struct inside;
    std::unique_ptr<inside> inside_;
};

}  // namespace tenon::sim
