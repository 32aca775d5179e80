// An address that connections come in at. Internal to http.
#pragma once

#include "base/result.hpp"
#include "http/session.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

namespace tenon::host {

class listener : public std::enable_shared_from_this<listener> {
  public:
    // Called on the listener's strand for every connection that was accepted.
    using taker = std::function<void(session_socket, boost::asio::ssl::context*, const router&)>;

    listener(boost::asio::io_context& context, const router& routes, taker take);

    // Error: invalid_request, in one line naming the address.
    auto open(const listener_options& where) -> result<std::uint16_t>;
    void start();
    // What is accepted from now on gets this certificate, if the listener speaks TLS. Any thread.
    void renew_tls(std::shared_ptr<boost::asio::ssl::context> fresh);
    // Accepts what already waits, then closes, and calls `done` (if any) on the strand when nothing
    // more can come: what was accepted a moment before has been handed over too. Once. Any thread.
    void stop(std::function<void()> done);

  private:
    auto accept() -> boost::asio::awaitable<void>;
    void accept_waiting();
    void hand_over(session_socket socket);

    using acceptor = boost::asio::basic_socket_acceptor<
        boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

    boost::asio::io_context& context_;
    const router& routes_;
    taker take_;
    session_strand strand_;
    acceptor acceptor_;
    boost::asio::steady_timer pause_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    bool stopping_ = false;
    bool accepting_ = false;
    std::function<void()> when_done_;
};

}  // namespace tenon::host
