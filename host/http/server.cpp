#include "http/server.hpp"

#include "base/log.hpp"
#include "http/listener.hpp"
#include "http/tls.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::host {
namespace asio = boost::asio;
using boost::system::error_code;
namespace {

// Refused connections that are told so; more are just closed.
constexpr std::size_t most_refusals = 64;
// What closing may take when nothing is left that could wait.
constexpr milliseconds unwinding{1'000};

// Deadlines are looked at four times within the shortest of them, but not more often than it pays.
auto sweep_interval(const server_limits& limits) -> milliseconds {
    const auto shortest = std::min(
        {limits.header_deadline, limits.body_deadline, limits.idle_deadline, limits.write_deadline,
         limits.handler_deadline, limits.handshake_deadline}
    );
    return std::clamp(shortest / 4, milliseconds(5), milliseconds(250));
}

}  // namespace

class server::impl final : public session_context, public std::enable_shared_from_this<impl> {
  public:
    impl(
        asio::io_context& context, server_options options, const clock& time, random_source& random,
        request_observer* counting
    )
        : context_(context),
          options_(std::move(options)),
          policy_(options_.security_headers, options_.strict_transport, options_.cors_origins),
          proxies_(options_.trusted_proxies),
          ids_(random),
          shared_{options_.limits,  policy_,  proxies_,   time, ids_,
                  options_.problem, counting, held_bytes_},
          strand_(context.get_executor()),
          sweep_timer_(strand_),
          empty_timer_(strand_) {
        observer = counting;
        if (!options_.problem) {
            options_.problem = problem_response;
        }
    }

    void begin_sweeping() {
        asio::post(strand_, [self = shared_from_this()] { self->sweep_later(); });
    }
    auto listen(const listener_options& where, const router& routes) -> result<std::uint16_t>;
    auto renew_certificate(const std::string& certificate, const std::string& key) -> result<void>;
    auto drain(milliseconds grace, milliseconds cut_after) -> asio::awaitable<drain_report>;
    void abandon();
    [[nodiscard]] auto strand() const -> const session_strand& { return strand_; }

  private:
    void take(session_socket socket, asio::ssl::context* tls, const router& routes);
    void sweep_later();
    void session_ended() override;
    void stop_listening();
    // Both: at most so long.
    auto wait_until_deaf(milliseconds most) -> asio::awaitable<void>;
    auto wait_until_empty(milliseconds most) -> asio::awaitable<void>;

    asio::io_context& context_;
    server_options options_;
    edge_policy policy_;
    trusted_proxies proxies_;
    request_ids ids_;
    std::atomic<std::size_t> held_bytes_{0};
    conversation_context shared_;
    session_strand strand_;
    asio::steady_timer sweep_timer_;
    asio::steady_timer empty_timer_;  // ends early when there is nothing left to wait for
    std::vector<std::shared_ptr<listener>> listeners_;
    std::size_t open_listeners_ = 0;  // while stopping; on the strand
    bool stopped_ = false;
};

auto server::impl::listen(const listener_options& where, const router& routes)
    -> result<std::uint16_t> {
    auto opened = std::make_shared<listener>(
        context_, routes,
        [weak = weak_from_this(
         )](session_socket socket, asio::ssl::context* tls, const router& found) {
            if (const auto self = weak.lock()) {
                self->take(std::move(socket), tls, found);
            }
        }
    );
    auto port = opened->open(where);
    if (port) {
        listeners_.push_back(opened);
        opened->start();
    }
    return port;
}

auto server::impl::renew_certificate(const std::string& certificate, const std::string& key)
    -> result<void> {
    auto fresh = make_tls_context(certificate, key);
    if (!fresh) {
        return fresh.error();
    }
    if (const auto problem = validity_problem(**fresh); !problem.empty()) {
        log(log_level::warn, problem, {{log_key::path, certificate}});
    }
    for (const auto& open : listeners_) {
        open->renew_tls(*fresh);
    }
    return {};
}

void server::impl::take(session_socket socket, asio::ssl::context* tls, const router& routes) {
    const auto open = sessions.size();
    const auto most = options_.limits.connections;
    if (open >= most && (open >= most + most_refusals || tls != nullptr)) {
        return;
    }
    const session_strand strand(context_.get_executor());
    const auto taken =
        make_session(shared_from_this(), shared_, routes, std::move(socket), strand, tls);
    if (open >= most) {
        taken->turn_away();
    }
    taken->start();
}

void server::impl::sweep_later() {
    if (stopped_) {
        return;
    }
    sweep_timer_.expires_after(sweep_interval(options_.limits));
    sweep_timer_.async_wait([self = shared_from_this()](const error_code& failed) {
        if (failed) {
            return;
        }
        const auto now = std::chrono::steady_clock::now();
        for (const auto& session : self->sessions.all()) {
            session->sweep(now);
        }
        self->sweep_later();
    });
}

void server::impl::session_ended() {
    if (draining && sessions.size() == 0) {
        asio::post(strand_, [self = shared_from_this()] { self->empty_timer_.cancel(); });
    }
}

void server::impl::stop_listening() {
    open_listeners_ = listeners_.size();
    for (const auto& open : listeners_) {
        open->stop([self = shared_from_this()] {
            asio::post(self->strand_, [self] {
                --self->open_listeners_;
                self->empty_timer_.cancel();
            });
        });
    }
}

auto server::impl::wait_until_deaf(milliseconds most) -> asio::awaitable<void> {
    const auto until = std::chrono::steady_clock::now() + most;
    while (open_listeners_ > 0 && std::chrono::steady_clock::now() < until) {
        error_code ignored;
        empty_timer_.expires_at(until);
        co_await empty_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

auto server::impl::wait_until_empty(milliseconds most) -> asio::awaitable<void> {
    const auto until = std::chrono::steady_clock::now() + most;
    while (sessions.size() > 0 && std::chrono::steady_clock::now() < until) {
        error_code ignored;
        empty_timer_.expires_at(until);
        co_await empty_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

auto server::impl::drain(milliseconds grace, milliseconds cut_after)
    -> asio::awaitable<drain_report> {
    draining = true;
    stop_listening();
    for (const auto& session : sessions.all()) {
        session->begin_drain();
    }
    // What the listeners took last has its grace too, and is not there when all others were cut.
    co_await wait_until_deaf(unwinding);
    co_await wait_until_empty(grace);
    for (const auto& session : sessions.all()) {
        session->cancel_handler();
    }
    co_await wait_until_empty(cut_after);
    for (const auto& session : sessions.all()) {
        session->cut();
    }
    co_await wait_until_empty(unwinding);
    stopped_ = true;
    sweep_timer_.cancel();
    co_return drain_report{tally.finished, tally.cancelled, tally.cut};
}

// Nothing of the caller's is touched after this.
void server::impl::abandon() {
    observer = nullptr;
    for (const auto& open : listeners_) {
        open->stop({});
    }
    for (const auto& session : sessions.all()) {
        session->cut();
    }
    asio::post(strand_, [self = shared_from_this()] {
        self->stopped_ = true;
        self->sweep_timer_.cancel();
    });
}

server::server(
    asio::io_context& context, server_options options, const clock& time, random_source& random,
    request_observer* observer
)
    : impl_(std::make_shared<impl>(context, std::move(options), time, random, observer)) {
    impl_->begin_sweeping();
}

// NOLINTNEXTLINE(bugprone-exception-escape): where there is no memory left to say so, all ends
server::~server() {
    impl_->abandon();
}

auto server::listen(const listener_options& where, const router& routes) -> result<std::uint16_t> {
    return impl_->listen(where, routes);
}

auto server::renew_certificate(
    const std::string& certificate_file, const std::string& private_key_file
) -> result<void> {
    return impl_->renew_certificate(certificate_file, private_key_file);
}

auto server::drain(milliseconds grace, milliseconds cut_after) -> asio::awaitable<drain_report> {
    const auto kept = impl_;
    auto work = kept->drain(grace, cut_after);
    const auto& strand = kept->strand();
    co_return co_await asio::co_spawn(strand, std::move(work), asio::use_awaitable);
}

auto server::connections() const noexcept -> std::size_t {
    return impl_->sessions.size();
}

}  // namespace tenon::host
