#include "support/simulator/server.hpp"

#include "support/simulator/http_reader.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>
#include <thread>

namespace tenon::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t max_head = 64UL * 1024;

auto real_now() -> time_point {
    return host::system_clock().now();
}

// Appends what the peer sends; false at its end.
auto read_some(tcp::socket& socket, std::string& buffer) -> asio::awaitable<bool> {
    std::array<char, 8192> chunk{};
    error_code problem;
    auto completion = asio::redirect_error(asio::use_awaitable, problem);
    const auto size = co_await socket.async_read_some(asio::buffer(chunk), completion);
    buffer.append(chunk.data(), size);
    co_return !problem;
}

// RST instead of FIN.
void reset_connection(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

// Sends the answer as the stage wants it ended; false where the connection is over.
auto send(tcp::socket& socket, const stage_answer& answer, bool keep_alive)
    -> asio::awaitable<bool> {
    error_code problem;
    auto completion = asio::redirect_error(asio::use_awaitable, problem);
    if (answer.delay.count() > 0) {
        asio::steady_timer timer(socket.get_executor(), answer.delay);
        co_await timer.async_wait(completion);
    }
    if (answer.end == ending::reset) {
        reset_connection(socket);
        co_return false;
    }
    auto bytes = write_answer(answer.response, keep_alive);
    if (answer.end == ending::mid_body) {
        bytes.resize(bytes.size() - (answer.response.body.size() + 1) / 2);
    }
    co_await asio::async_write(socket, asio::buffer(bytes), completion);
    co_return !problem && keep_alive && answer.end == ending::whole;
}

// Reads one request into `head`; false where the connection is over or was reset.
auto receive(tcp::socket& socket, std::string& buffer, stage& scene, request_head& head)
    -> asio::awaitable<bool> {
    auto end = buffer.find("\r\n\r\n");
    while (end == std::string::npos) {
        const bool more = co_await read_some(socket, buffer);
        if (!more || buffer.size() > max_head) {
            co_return false;
        }
        end = buffer.find("\r\n\r\n");
    }
    auto read = read_head(std::string_view(buffer).substr(0, end + 4));
    if (!read) {
        stage_answer refusal;
        refusal.response = {400, {}, "not HTTP/1.1 with Content-Length"};
        co_await send(socket, refusal, false);
        co_return false;
    }
    if (scene.takes_reset(read->request.path)) {
        reset_connection(socket);
        co_return false;
    }
    const auto whole = end + 4 + read->body_size;
    while (buffer.size() < whole) {
        const bool more = co_await read_some(socket, buffer);
        if (!more) {
            co_return false;
        }
    }
    head = std::move(*read);
    head.request.body = buffer.substr(end + 4, head.body_size);
    buffer.erase(0, whole);
    co_return true;
}

auto serve(tcp::socket socket, stage& scene) -> asio::awaitable<void> {
    socket.set_option(tcp::no_delay(true));
    std::string buffer;
    for (bool open = true; open;) {
        request_head head;
        open = co_await receive(socket, buffer, scene, head);
        if (open) {
            const auto answer = scene.handle(head.request, real_now());
            open = co_await send(socket, answer, head.keep_alive);
        }
    }
}

auto accept_all(tcp::acceptor& acceptor, stage& scene) -> asio::awaitable<void> {
    for (;;) {
        error_code problem;
        auto completion = asio::redirect_error(asio::use_awaitable, problem);
        auto socket = co_await acceptor.async_accept(completion);
        if (problem == asio::error::operation_aborted) {
            co_return;
        }
        if (!problem) {
            asio::co_spawn(
                acceptor.get_executor(), serve(std::move(socket), scene), asio::detached
            );
        }
    }
}

}  // namespace

struct server::inside {
    inside(std::unique_ptr<simulator> actor, const tcp::endpoint& where)
        : scene(std::move(actor)), acceptor(loop, where) {}

    stage scene;
    asio::io_context loop{1};
    tcp::acceptor acceptor;
    std::thread thread;
};

server::server(std::unique_ptr<simulator> actor, const std::string& address, std::uint16_t port) {
    inside_ = std::make_unique<inside>(
        std::move(actor), tcp::endpoint(asio::ip::make_address(address), port)
    );
    if (inside_->scene.configuration().value("issuer", std::string()) == "http://127.0.0.1") {
        const auto problem = inside_->scene.configure({{"issuer", url()}});
        if (!problem.empty()) {
            throw std::logic_error(problem);
        }
    }
    asio::co_spawn(inside_->loop, accept_all(inside_->acceptor, inside_->scene), asio::detached);
    inside_->thread = std::thread([this] { inside_->loop.run(); });
}

server::~server() {
    inside_->loop.stop();
    inside_->thread.join();
}

auto server::url() const -> std::string {
    const auto where = inside_->acceptor.local_endpoint();
    return "http://" + where.address().to_string() + ':' + std::to_string(where.port());
}

auto server::port() const -> std::uint16_t {
    return inside_->acceptor.local_endpoint().port();
}

auto server::on_stage() -> stage& {
    return inside_->scene;
}

}  // namespace tenon::sim
