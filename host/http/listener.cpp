#include "http/listener.hpp"

#include "base/log.hpp"
#include "http/tls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <typeinfo>
#include <utility>

namespace tenon::host {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
namespace {

// After a failure to accept, most often for want of file descriptors.
constexpr milliseconds pause_after_failure{100};
// Clients that go on connecting must not keep a listener open that wants to close.
constexpr int most_waiting = 1024;

auto cannot_listen(const listener_options& where, const error_code& why) -> error {
    return fail(
        errc::invalid_request,
        "Can't listen on " + where.address + ':' + std::to_string(where.port) + ": " + why.message()
    );
}

void warn_if_not_valid(asio::ssl::context& identity, const std::string& file) {
    if (const auto problem = validity_problem(identity); !problem.empty()) {
        log(log_level::warn, problem, {{log_key::path, file}});
    }
}

template <class Acceptor>
auto bind_to(Acceptor& acceptor, const listener_options& where) -> error_code {
    error_code failed;
    const auto address = asio::ip::make_address(where.address, failed);
    if (failed) {
        return failed;
    }
    const tcp::endpoint endpoint(address, where.port);
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) {
        acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    }
    if (!failed) {
        acceptor.bind(endpoint, failed);
    }
    return failed;
}

}  // namespace

auto check_listener(const listener_options& where, port_in_use how) -> result<void> {
    if (!where.certificate_file.empty()) {
        auto tls = make_tls_context(where.certificate_file, where.private_key_file);
        if (!tls) {
            return tls.error();
        }
    }
    asio::io_context unused;
    tcp::acceptor acceptor(unused);
    const auto failed = bind_to(acceptor, where);
    const bool tolerated = how == port_in_use::tolerated && failed == asio::error::address_in_use;
    return failed && !tolerated ? result<void>(cannot_listen(where, failed)) : result<void>();
}

listener::listener(asio::io_context& context, const router& routes, taker take)
    : context_(context),
      routes_(routes),
      take_(std::move(take)),
      strand_(context.get_executor()),
      acceptor_(context),
      pause_(strand_) {}

auto listener::open(const listener_options& where) -> result<std::uint16_t> {
    if (!where.certificate_file.empty()) {
        auto tls = make_tls_context(where.certificate_file, where.private_key_file);
        if (!tls) {
            return tls.error();
        }
        warn_if_not_valid(**tls, where.certificate_file);
        tls_ = std::move(*tls);
    }
    auto failed = bind_to(acceptor_, where);
    if (!failed) {
        acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    }
    if (!failed) {
        acceptor_.non_blocking(true, failed);
    }
    return failed ? result<std::uint16_t>(cannot_listen(where, failed))
                  : result<std::uint16_t>(acceptor_.local_endpoint().port());
}

void listener::start() {
    auto self = shared_from_this();
    accepting_ = true;
    asio::co_spawn(
        strand_, [self]() -> asio::awaitable<void> { return self->accept(); },
        [self](const std::exception_ptr&) {
            self->accepting_ = false;
            if (const auto done = std::exchange(self->when_done_, {})) {
                done();
            }
        }
    );
}

auto listener::accept() -> asio::awaitable<void> {
    while (!stopping_) {
        session_socket socket(context_);
        error_code failed;
        co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, failed));
        if (!failed) {
            hand_over(std::move(socket));
        } else if (!stopping_) {
            log(log_level::warn, "accept failed", {{log_key::detail, failed.message()}});
            pause_.expires_after(pause_after_failure);
            co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, failed));
        }
    }
}

// A connection that can't be served, for want of memory or descriptors, ends alone.
void listener::hand_over(session_socket socket) {
    try {
        take_(std::move(socket), tls_.get(), routes_);
    } catch (const std::exception& thrown) {
        log(log_level::error, "connection lost", {{log_key::detail, typeid(thrown).name()}});
    }
}

void listener::renew_tls(std::shared_ptr<asio::ssl::context> fresh) {
    asio::post(strand_, [self = shared_from_this(), fresh = std::move(fresh)]() mutable {
        if (self->tls_) {
            self->tls_ = std::move(fresh);
        }
    });
}

void listener::stop(std::function<void()> done) {
    asio::post(strand_, [self = shared_from_this(), done = std::move(done)]() mutable {
        self->stopping_ = true;
        self->accept_waiting();
        error_code ignored;
        self->acceptor_.close(ignored);
        self->pause_.cancel();
        if (self->accepting_) {
            self->when_done_ = std::move(done);
        } else if (done) {
            done();
        }
    });
}

void listener::accept_waiting() {
    for (int taken = 0; taken < most_waiting; ++taken) {
        session_socket socket(context_);
        error_code failed;
        acceptor_.accept(socket, failed);
        if (failed) {
            return;
        }
        hand_over(std::move(socket));
    }
}

}  // namespace tenon::host
