#include "unit/net/fixture.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <cstring>
#include <stdexcept>

namespace tenon::test {
namespace asio = boost::asio;

accepted::~accepted() {
    if (socket_ >= 0) {
        ::shutdown(socket_, SHUT_RDWR);
    }
}

auto accepted::read_request() -> std::string {
    for (;;) {
        const auto end = buffer_.find("\r\n\r\n");
        if (end != buffer_.npos) {
            const auto length = buffer_.find("Content-Length: ");
            const std::size_t body =
                length < end ? std::stoul(buffer_.substr(length + 16)) : std::size_t{0};
            if (buffer_.size() >= end + 4 + body) {
                auto whole = buffer_.substr(0, end + 4 + body);
                buffer_.erase(0, whole.size());
                return whole;
            }
        }
        std::array<char, 4096> bytes{};
        const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (count <= 0) {
            return {};
        }
        buffer_.append(bytes.data(), static_cast<std::size_t>(count));
    }
}

auto accepted::send(std::string_view bytes) const -> bool {
    while (!bytes.empty()) {
        const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

auto accepted::answer(std::string_view status, std::string_view body) -> bool {
    return send(
        "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + std::string(body)
    );
}

void accepted::reset() const {
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    // Connecting a socket to nowhere resets it and keeps its number, which the server closes.
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    [[maybe_unused]] const int done = ::connect(socket_, &nowhere, sizeof nowhere);
}

void accepted::wait_for_close() const {
    std::array<char, 4096> bytes{};
    while (::recv(socket_, bytes.data(), bytes.size(), 0) > 0) {}
}

scripted_server::scripted_server(std::function<void(accepted&, int)> script)
    : script_(std::move(script)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(socket_, 128) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("no port to listen on");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

scripted_server::~scripted_server() {
    stopping_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    acceptor_.join();
    {
        const std::lock_guard lock(guard_);
        for (const int open : open_) {
            ::shutdown(open, SHUT_RDWR);
        }
    }
    for (auto& session : sessions_) {
        session.join();
    }
    for (const int open : open_) {
        ::close(open);
    }
    ::close(socket_);
}

void scripted_server::accept_all() {
    for (;;) {
        const int taken = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
        if (taken < 0 || stopping_) {
            if (taken >= 0) {
                ::close(taken);
            }
            return;
        }
        const std::lock_guard lock(guard_);
        open_.push_back(taken);
        const int number = connections_++;
        sessions_.emplace_back([this, taken, number] {
            accepted connection(taken);
            script_(connection, number);
        });
    }
}

auto scripted_server::url(std::string_view path) const -> std::string {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

struct running_client::loop {
    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::thread thread{[this] { context.run(); }};
};

running_client::running_client(host::outbound_options options)
    : loop_(std::make_unique<loop>()),
      http_(host::make_outbound(loop_->context.get_executor(), std::move(options))) {}

running_client::~running_client() {
    http_.reset();
    loop_->work.reset();
    loop_->thread.join();
}

void running_client::destroy() {
    http_.reset();
}

auto running_client::begin(host::outbound_request request) -> std::future<host::outbound_response> {
    return asio::co_spawn(loop_->context, http_->send(std::move(request)), asio::use_future);
}

auto running_client::ask(host::outbound_request request) -> host::outbound_response {
    return begin(std::move(request)).get();
}

namespace {

// What a caller is that may be cancelled: a coroutine that lets total cancellation through.
auto cancellable(host::outbound_http& http, host::outbound_request request)
    -> asio::awaitable<host::outbound_response> {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_return co_await http.send(std::move(request));
}

}  // namespace

auto running_client::begin_cancellable(
    host::outbound_request request, std::function<void()>& cancel
) -> std::future<host::outbound_response> {
    const auto signal = std::make_shared<asio::cancellation_signal>();
    cancel = [this, signal] {
        asio::post(loop_->context, [signal] { signal->emit(asio::cancellation_type::total); });
    };
    return asio::co_spawn(
        loop_->context, cancellable(*http_, std::move(request)),
        asio::bind_cancellation_slot(signal->slot(), asio::use_future)
    );
}

auto get(std::string url) -> host::outbound_request {
    host::outbound_request made;
    made.method = "GET";
    made.url = std::move(url);
    made.timeout = host::milliseconds(60'000);
    made.label = "test get";
    return made;
}

auto post(std::string url, std::string body) -> host::outbound_request {
    auto made = get(std::move(url));
    made.method = "POST";
    made.body = std::move(body);
    made.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return made;
}

auto header_of(const host::outbound_response& answer, std::string_view name) -> std::string {
    for (const auto& [found, value] : answer.headers) {
        if (found == name) {
            return value;
        }
    }
    return {};
}

}  // namespace tenon::test
