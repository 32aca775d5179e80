// A small blocking HTTP client for tests, and a bare socket for what no client would send.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::test {

using headers = std::vector<std::pair<std::string, std::string>>;

struct http_request {
    std::string method = "GET";
    std::string path;  // absolute, or begun by `/` and then behind the client's base
    headers fields;
    std::string body;
};

struct http_response {
    int status = 0;
    headers fields;  // names in lower case, in the order of arrival
    std::string body;

    // The first field of that name (lower case), if there is one.
    [[nodiscard]] auto field(std::string_view name) const -> std::optional<std::string>;
    // The body, parsed; throws std::runtime_error that shows the body where it is not JSON.
    [[nodiscard]] auto json() const -> nlohmann::json;
};

// One connection that is kept alive. Not for two threads at once. Redirects are never followed.
class http_client {
  public:
    // `base`: `http://127.0.0.1:PORT`; `common`: sent with every request.
    explicit http_client(std::string base, headers common = {});
    ~http_client();
    http_client(http_client&&) noexcept;
    auto operator=(http_client&&) noexcept -> http_client&;

    // Throws std::runtime_error if no answer came (refused, cut off, deadline).
    auto send(const http_request& request) -> http_response;
    auto get(std::string path) -> http_response;
    auto del(std::string path) -> http_response;
    // With `Content-Type: application/json`.
    auto post(std::string path, const nlohmann::json& body) -> http_response;

    void set_deadline(std::chrono::milliseconds deadline);
    void set_common(headers common);
    // Called with every request and its answer; what it throws, send() throws.
    using witness = std::function<void(const http_request&, const http_response&)>;
    void set_witness(witness seen);
    // Forgets the kept connection.
    void disconnect();

  private:
    struct state;
    std::unique_ptr<state> state_;
};

// Sends copies of the same request from `count` threads, each on a connection of its own, all let
// go at once.
auto send_at_once(const std::string& base, const http_request& request, std::size_t count)
    -> std::vector<http_response>;
// Runs work(0) ... work(count - 1) on a thread each, let go at once; the first exception is thrown
// on.
void at_once(std::size_t count, const std::function<void(std::size_t)>& work);

// The value of a query parameter, decoded: of an authUrl, or of a Location.
[[nodiscard]] auto query_parameter(std::string_view url, std::string_view name)
    -> std::optional<std::string>;
// Percent-encodes all but RFC 3986's unreserved characters.
[[nodiscard]] auto percent_encoded(std::string_view text) -> std::string;

// A TCP connection to say rubbish on.
class raw_connection {
  public:
    // Throws std::runtime_error if it is refused.
    raw_connection(const std::string& host, std::uint16_t port);
    ~raw_connection();
    raw_connection(const raw_connection&) = delete;
    auto operator=(const raw_connection&) -> raw_connection& = delete;

    // False if the other side has closed. Never raises SIGPIPE.
    auto send(std::string_view bytes) -> bool;
    // All that comes until the other side closes; at the deadline what came so far, and closed() is
    // false.
    auto receive_all(std::chrono::milliseconds deadline) -> std::string;
    // All that comes until `end` was seen.
    auto receive_until(std::string_view end, std::chrono::milliseconds deadline) -> std::string;
    [[nodiscard]] auto closed() const -> bool { return closed_; }
    void half_close();
    // Closes with RST.
    void reset();

  private:
    auto receive_some(std::string& into, std::chrono::steady_clock::time_point until) -> bool;

    int socket_ = -1;
    bool closed_ = false;
};

}  // namespace tenon::test
