// What the host is measured against and with: a bare Beast server that says hello, and a provider
// that answers at once or after a delay. tenon-bench-peer THREADS HELLO_BYTES DELAY_MS; prints
// `peer: listening on PORT`.
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

namespace {

struct options {
    std::string hello;
    std::chrono::milliseconds delay{0};
    std::atomic<unsigned long> refreshes{0};
};

// Tokens as a plain OAuth 2.0 provider gives them; each answer has new ones.
auto token_json() -> std::string {
    static std::atomic<unsigned long> counter{0};
    const auto number = std::to_string(++counter);
    return R"({"access_token":"access-)" + number + R"(-0123456789abcdef0123456789abcdef",)" +
           R"("token_type":"Bearer","expires_in":3600,"scope":"profile",)" +
           R"("refresh_token":"refresh-)" + number + R"(-0123456789abcdef"})";
}

auto profile_json() -> std::string {
    static std::atomic<unsigned long> counter{0};
    return R"({"sub":"account-)" + std::to_string(++counter) +
           R"(","preferred_username":"bench","name":"Bench"})";
}

using message = http::request<http::string_body>;
using answer = http::response<http::string_body>;

auto provider_answer(options& with, const message& asked) -> asio::awaitable<std::string> {
    if (asked.target() == "/token") {
        if (asked.body().find("grant_type=refresh_token") != std::string::npos) {
            ++with.refreshes;
        }
        if (with.delay.count() > 0) {
            asio::steady_timer timer(co_await asio::this_coro::executor, with.delay);
            co_await timer.async_wait(asio::use_awaitable);
        }
        co_return token_json();
    }
    if (asked.target() == "/userinfo") {
        co_return profile_json();
    }
    co_return std::to_string(with.refreshes.load());
}

auto session(options& with, beast::tcp_stream stream) -> asio::awaitable<void> {
    beast::flat_buffer buffer;
    while (true) {
        message asked;
        co_await http::async_read(stream, buffer, asked, asio::use_awaitable);
        answer said(http::status::ok, asked.version());
        said.set(http::field::content_type, "application/json");
        said.keep_alive(asked.keep_alive());
        if (asked.target() == "/hello") {
            said.body() = with.hello;
        } else {
            auto text = co_await provider_answer(with, asked);
            said.body() = std::move(text);
        }
        said.prepare_payload();
        co_await http::async_write(stream, said, asio::use_awaitable);
        if (!said.keep_alive()) {
            co_return;
        }
    }
}

auto listen(options& with, tcp::acceptor& acceptor) -> asio::awaitable<void> {
    while (true) {
        auto strand = asio::make_strand(co_await asio::this_coro::executor);
        auto socket = co_await acceptor.async_accept(strand, asio::use_awaitable);
        socket.set_option(tcp::no_delay(true));
        // A client that goes away ends its session by an exception, which nobody needs to see.
        const auto forget = [](std::exception_ptr /*thrown*/) {};
        asio::co_spawn(strand, session(with, beast::tcp_stream(std::move(socket))), forget);
    }
}

void serve(int threads, options& with) {
    asio::io_context context(threads);
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
    std::printf("peer: listening on %u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
    std::fflush(stdout);
    asio::co_spawn(context, listen(with, acceptor), asio::detached);
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i) {
        others.emplace_back([&context] { context.run(); });
    }
    context.run();
    for (auto& one : others) {
        one.join();
    }
}

}  // namespace

auto main(int argc, char** argv) -> int {
    if (argc != 4) {
        std::cerr << "usage: tenon-bench-peer THREADS HELLO_BYTES DELAY_MS\n";
        return 2;
    }
    try {
        options with;
        with.hello.assign(static_cast<std::size_t>(std::atoi(argv[2])), 'h');
        with.delay = std::chrono::milliseconds(std::atoi(argv[3]));
        serve(std::atoi(argv[1]), with);
    } catch (const std::exception& problem) {
        std::cerr << "tenon-bench-peer: " << problem.what() << '\n';
        return 1;
    }
}
