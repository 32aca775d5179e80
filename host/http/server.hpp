// Listeners, and the sessions behind them.
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "http/observer.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace tenon::host {

struct server_limits {
    std::size_t header_bytes = 16 * 1024;  // request line and fields; more: 431
    std::size_t body_bytes =
        1024 * 1024;  // more: 413, before any of it is read where Content-Length says so
    // Of bodies, by all connections together, beyond each one's first 16 KiB; more: 429. They are
    // taken in before anybody is asked who he is.
    std::size_t held_bytes = 64 * 1024 * 1024;
    std::size_t connections = 20'000;  // more: 429 and closed
    milliseconds header_deadline{
        10'000};  // from a request's first byte (or the accept) to the end of its header
    milliseconds body_deadline{30'000};       // to the end of its body
    milliseconds idle_deadline{75'000};       // between requests
    milliseconds write_deadline{30'000};      // for a response to be taken
    milliseconds handler_deadline{120'000};   // then the handler is cancelled, and 504
    milliseconds handshake_deadline{10'000};  // TLS
};

struct server_options {
    server_limits limits;
    std::vector<std::string> trusted_proxies;  // addresses or prefixes, `10.0.0.0/8`: their
                                               // X-Forwarded-For and -Proto count
    bool security_headers =
        true;  // nosniff, no-referrer, frame deny, CSP for everything that brings none itself
    bool strict_transport = true;           // HSTS, where the request came by https
    std::vector<std::string> cors_origins;  // exact: `https://app.example`; none: no CORS
    problem_writer problem;                 // problem_response if empty
};

struct listener_options {
    std::string address = "127.0.0.1";  // v4 or v6, `0.0.0.0`, `::`
    std::uint16_t port = 0;             // 0: any free one, reported by listen()
    std::string certificate_file;  // PEM chain; with it the listener speaks TLS (1.2 or newer) only
    std::string private_key_file;  // PEM
};

// Whether a host could listen there, tried without listening: its certificate can be used, and the
// address is one of this machine's that it may bind. A port that is in use is tolerated where it
// may be the host's own, which runs. Error: as server::listen().
enum class port_in_use { refused, tolerated };
[[nodiscard]] auto check_listener(const listener_options& where, port_in_use how) -> result<void>;

struct drain_report {
    std::size_t finished = 0;   // connections that ended by themselves within the grace
    std::size_t cancelled = 0;  // whose handlers had to be cancelled
    std::size_t cut = 0;        // closed although something was still going on
};

class server {
  public:
    // `context` runs the sessions, on as many threads as the caller gives it; the other references
    // outlive the server. Throws std::invalid_argument for a trusted proxy or origin that can't be
    // read.
    server(
        boost::asio::io_context& context, server_options options, const clock& time,
        random_source& random, request_observer* observer = nullptr
    );
    // Closes everything at once. The context must be stopped, or the server drained, before that.
    ~server();  // NOLINT(bugprone-exception-escape): as it says there
    server(const server&) = delete;
    auto operator=(const server&) -> server& = delete;

    // Opens a listener whose requests go to `routes` (which outlives the server), and begins to
    // accept. Answers the port. Error: invalid_request, in one readable line, for an address that
    // is taken or wrong, or a certificate that can't be used.
    auto listen(const listener_options& where, const router& routes) -> result<std::uint16_t>;

    // Connections that come from now on to the listeners that speak TLS get this certificate; those
    // that are open keep theirs. Any thread. Error: as listen().
    auto renew_certificate(const std::string& certificate_file, const std::string& private_key_file)
        -> result<void>;

    // Stops accepting and ends every session: idle ones at once, the others as soon as they have
    // answered what was sent to them (with `Connection: close`). What is left after `grace` is
    // cancelled (total), and after `cut_after` more cut off (terminal). Returns when no session is
    // left. Once.
    auto drain(milliseconds grace, milliseconds cut_after) -> boost::asio::awaitable<drain_report>;

    // Open connections. Any thread.
    [[nodiscard]] auto connections() const noexcept -> std::size_t;

    class impl;

  private:
    std::shared_ptr<impl> impl_;
};

}  // namespace tenon::host
