// A server on a free port with a few routes, and a conversation without any socket.
#pragma once

#include "http/conversation.hpp"
#include "http/server.hpp"

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::test {

// Asks for the plain route, and ends the connection with it.
inline const std::string hello = "GET /api/hello HTTP/1.1\r\nHost: h\r\n\r\n";
inline const std::string last_hello =
    "GET /api/hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
inline constexpr std::chrono::seconds patience{10};

// 2026-11-21T10:00:00Z, for ever.
class fixed_clock final : public host::clock {
  public:
    [[nodiscard]] auto now() const noexcept -> host::time_point override;
};

class counting_random final : public host::random_source {
  public:
    void fill(std::span<std::byte> bytes) override;

  private:
    unsigned char next_ = 0;
};

// Waits of one thread for another, without sleeping.
class gate {
  public:
    void open();
    // False if it did not open within ten seconds.
    [[nodiscard]] auto wait() -> bool;

  private:
    std::mutex guard_;
    std::condition_variable changed_;
    bool open_ = false;
};

struct seen_answer {
    std::string route;
    unsigned status;
};

class recording_observer final : public host::request_observer {
  public:
    void answered(
        std::string_view route, unsigned status, std::chrono::nanoseconds
    ) noexcept override;
    void connection_opened() noexcept override { ++opened; }
    void connection_refused() noexcept override { ++refused; }
    void connection_closed() noexcept override { ++closed; }
    [[nodiscard]] auto answers() const -> std::vector<seen_answer>;

    std::atomic<int> opened{0};
    std::atomic<int> refused{0};
    std::atomic<int> closed{0};

  private:
    mutable std::mutex guard_;
    std::vector<seen_answer> answers_;
};

// Routes that most tests use:
//   GET  /api/hello            fast: {"hello":"world"}
//   GET  /api/echo/:a/:b       fast: [a, b, query]
//   POST /api/json             fast, wants JSON: the body's size
//   POST /api/form             fast, wants a form
//   POST /api/small            at most 8 bytes of body
//   GET  /api/later            a coroutine
//   GET  /api/broken           throws
//   GET  /api/broken-later     a coroutine that throws
//   GET  /api/split            a response whose field holds CR LF
[[nodiscard]] auto usual_routes() -> std::vector<host::route>;

// Handlers that wait: until they are cancelled; until `ready` is true.
auto never_answer(host::request asked) -> boost::asio::awaitable<host::response>;
auto answer_when(const std::atomic<bool>& ready) -> boost::asio::awaitable<host::response>;

// A running server: two threads, the given limits. Drained and stopped when it goes.
class running_server {
  public:
    explicit running_server(
        host::server_options options = {}, std::vector<host::route> routes = usual_routes(),
        host::listener_options where = {}
    );
    ~running_server();
    running_server(const running_server&) = delete;
    auto operator=(const running_server&) -> running_server& = delete;

    [[nodiscard]] auto port() const noexcept -> std::uint16_t { return port_; }
    [[nodiscard]] auto server() noexcept -> host::server& { return *server_; }
    // Blocks until it is over.
    auto drain(host::milliseconds grace, host::milliseconds cut_after) -> host::drain_report;

    recording_observer observer;

  private:
    struct loop;
    fixed_clock clock_;
    counting_random random_;
    host::router routes_;
    std::unique_ptr<loop> loop_;
    std::unique_ptr<host::server> server_;
    std::uint16_t port_ = 0;
};

// A conversation fed by hand.
class talk {
  public:
    explicit talk(host::server_options options = {});

    // Feeds `bytes`, at most `piece` at a time, and answers all that came back.
    auto say(std::string_view bytes, std::size_t piece = 1'000'000) -> std::string;
    auto hang_up() -> std::string;  // end of input
    auto let_time_pass() -> std::string;
    [[nodiscard]] auto over() const noexcept -> bool { return over_; }
    [[nodiscard]] auto lingers() const noexcept -> bool { return lingers_; }

    recording_observer observer;

  private:
    auto collect(std::string_view& rest, std::size_t piece) -> std::string;
    void handle();

    fixed_clock clock_;
    counting_random random_;
    host::server_options options_;
    host::router routes_;
    host::edge_policy policy_;
    host::trusted_proxies proxies_;
    host::request_ids ids_;
    std::atomic<std::size_t> held_bytes_{0};
    host::conversation_context context_;

  public:
    host::conversation conversation;

  private:
    bool over_ = false;
    bool lingers_ = false;
};

// The first response's status; 0 if there is none.
[[nodiscard]] auto status_of(std::string_view response) -> unsigned;
[[nodiscard]] auto count_of(std::string_view text, std::string_view part) -> std::size_t;

}  // namespace tenon::test
