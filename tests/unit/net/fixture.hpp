// A server that misbehaves by script, and a client to meet it.
#pragma once

#include "base/outbound.hpp"
#include "net/outbound.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tenon::test {

// One accepted connection, in a thread of its own.
class accepted {
  public:
    explicit accepted(int socket) : socket_(socket) {}
    ~accepted();
    accepted(const accepted&) = delete;
    auto operator=(const accepted&) -> accepted& = delete;

    // One whole request (header, and body by Content-Length); empty if the client has closed.
    auto read_request() -> std::string;
    auto send(std::string_view bytes) const -> bool;
    // With `Content-Length`.
    auto answer(std::string_view status, std::string_view body) -> bool;
    void reset() const;           // RST
    void wait_for_close() const;  // until the client closes

  private:
    int socket_;
    std::string buffer_;
};

class scripted_server {
  public:
    // `script` gets each connection and its number, from 0.
    explicit scripted_server(std::function<void(accepted&, int)> script);
    ~scripted_server();
    scripted_server(const scripted_server&) = delete;
    auto operator=(const scripted_server&) -> scripted_server& = delete;

    [[nodiscard]] auto url(std::string_view path = "/") const -> std::string;
    [[nodiscard]] auto port() const noexcept -> std::uint16_t { return port_; }
    [[nodiscard]] auto connections() const noexcept -> int { return connections_; }

  private:
    void accept_all();

    std::function<void(accepted&, int)> script_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::atomic<bool> stopping_{false};
    std::mutex guard_;
    std::vector<int> open_;
    std::vector<std::thread> sessions_;
    std::thread acceptor_;
};

// A client on a thread of its own.
class running_client {
  public:
    explicit running_client(host::outbound_options options = {});
    ~running_client();
    running_client(const running_client&) = delete;
    auto operator=(const running_client&) -> running_client& = delete;

    auto ask(host::outbound_request request) -> host::outbound_response;
    auto begin(host::outbound_request request) -> std::future<host::outbound_response>;
    // Begins; `cancel` is what the caller may do to it.
    auto begin_cancellable(host::outbound_request request, std::function<void()>& cancel)
        -> std::future<host::outbound_response>;
    // Destroys the client while its loop runs on.
    void destroy();

  private:
    struct loop;
    std::unique_ptr<loop> loop_;
    std::unique_ptr<host::outbound_http> http_;
};

[[nodiscard]] auto get(std::string url) -> host::outbound_request;
[[nodiscard]] auto post(std::string url, std::string body) -> host::outbound_request;
[[nodiscard]] auto header_of(const host::outbound_response& answer, std::string_view name)
    -> std::string;

}  // namespace tenon::test
