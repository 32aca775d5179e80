#include "unit/http/fixture.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace tenon::test {
namespace asio = boost::asio;

auto fixed_clock::now() const noexcept -> host::time_point {
    return host::time_point(std::chrono::milliseconds(1'795'255'200'000));
}

void counting_random::fill(std::span<std::byte> bytes) {
    for (auto& byte : bytes) {
        byte = std::byte{next_++};
    }
}

void gate::open() {
    const std::lock_guard lock(guard_);
    open_ = true;
    changed_.notify_all();
}

auto gate::wait() -> bool {
    std::unique_lock lock(guard_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return open_; });
}

void recording_observer::answered(
    std::string_view route, unsigned status, std::chrono::nanoseconds
) noexcept {
    const std::lock_guard lock(guard_);
    answers_.push_back({std::string(route), status});
}

auto recording_observer::answers() const -> std::vector<seen_answer> {
    const std::lock_guard lock(guard_);
    return answers_;
}

namespace {

auto fast(const char* method, const char* pattern, host::fast_handler answer) -> host::route {
    host::route made;
    made.method = method;
    made.pattern = pattern;
    made.name = pattern;
    made.fast = std::move(answer);
    return made;
}

auto echo(const host::request& asked, host::response& answer) -> bool {
    answer.body = "[" + std::string(asked.param("a")) + "," + std::string(asked.param("b"));
    for (const auto& [name, value] : asked.query) {
        answer.body += "," + name + "=" + value;
    }
    answer.body += "]";
    return true;
}

auto size_of_body(const host::request& asked, host::response& answer) -> bool {
    answer.body = std::to_string(asked.body.size());
    return true;
}

auto answer_later(host::request asked) -> asio::awaitable<host::response> {
    co_return host::json_response(200, "\"later\"" + std::string(asked.method.size(), ' '));
}

auto throw_later(host::request) -> asio::awaitable<host::response> {
    throw std::runtime_error("a bug with a secret: hunter2");
    co_return host::response();
}

}  // namespace

auto usual_routes() -> std::vector<host::route> {
    std::vector<host::route> routes;
    routes.push_back(fast("GET", "/api/hello", [](const host::request&, host::response& answer) {
        answer.body = R"({"hello":"world"})";
        return true;
    }));
    routes.push_back(fast("GET", "/api/echo/:a/:b", echo));
    routes.push_back(fast("POST", "/api/json", size_of_body));
    routes.back().body = host::body_rule::json;
    routes.push_back(fast("POST", "/api/form", size_of_body));
    routes.back().body = host::body_rule::form;
    routes.push_back(fast("POST", "/api/small", size_of_body));
    routes.back().max_body_bytes = 8;
    routes.push_back(fast("GET", "/api/broken", [](const host::request&, host::response&) -> bool {
        throw std::runtime_error("a bug with a secret: hunter2");
    }));
    routes.push_back(fast("GET", "/api/split", [](const host::request&, host::response& answer) {
        answer.set_header("X-Broken", "a\r\nSet-Cookie: b=c");
        return true;
    }));
    host::route later;
    later.method = "GET";
    later.pattern = later.name = "/api/later";
    later.run = answer_later;
    routes.push_back(later);
    later.pattern = later.name = "/api/broken-later";
    later.run = throw_later;
    routes.push_back(later);
    return routes;
}

auto never_answer(host::request) -> asio::awaitable<host::response> {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_at(asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
    co_return host::response();
}

auto answer_when(const std::atomic<bool>& ready) -> asio::awaitable<host::response> {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!ready) {
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return host::json_response(200, "\"held\"");
}

struct running_server::loop {
    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::vector<std::thread> threads;
};

running_server::running_server(
    host::server_options options, std::vector<host::route> routes, host::listener_options where
)
    : routes_(std::move(routes)), loop_(std::make_unique<loop>()) {
    server_ = std::make_unique<host::server>(
        loop_->context, std::move(options), clock_, random_, &observer
    );
    const auto port = server_->listen(where, routes_);
    if (!port) {
        throw std::runtime_error(port.error().message);
    }
    port_ = *port;
    for (int i = 0; i < 2; ++i) {
        loop_->threads.emplace_back([this] { loop_->context.run(); });
    }
}

running_server::~running_server() {
    drain(host::milliseconds(0), host::milliseconds(0));
    loop_->work.reset();
    loop_->context.stop();
    for (auto& thread : loop_->threads) {
        thread.join();
    }
    server_.reset();
    loop_.reset();
}

auto running_server::drain(host::milliseconds grace, host::milliseconds cut_after)
    -> host::drain_report {
    return asio::co_spawn(loop_->context, server_->drain(grace, cut_after), asio::use_future).get();
}

talk::talk(host::server_options options)
    : options_(std::move(options)),
      routes_(usual_routes()),
      policy_(options_.security_headers, options_.strict_transport, options_.cors_origins),
      proxies_(options_.trusted_proxies),
      ids_(random_),
      context_{options_.limits,  policy_,   proxies_,   clock_, ids_,
               options_.problem, &observer, held_bytes_},
      conversation(context_, routes_, "192.0.2.1", false) {
    if (!options_.problem) {
        options_.problem = host::problem_response;
    }
}

void talk::handle() {
    asio::io_context context;
    std::exception_ptr thrown;
    host::response made;
    asio::co_spawn(
        context, conversation.call(),
        [&](std::exception_ptr failed, host::response answer) {
            thrown = failed;
            made = std::move(answer);
        }
    );
    context.run();
    if (thrown) {
        conversation.failed(500, host::fail(host::errc::internal, "Something went wrong."));
    } else {
        conversation.answered(made);
    }
}

auto talk::collect(std::string_view& rest, std::size_t piece) -> std::string {
    std::string said;
    for (;;) {
        switch (conversation.next()) {
            case host::next_step::read: {
                if (rest.empty()) {
                    return said;
                }
                const auto room = conversation.room();
                const auto size = std::min({room.size(), rest.size(), piece});
                std::memcpy(room.data(), rest.data(), size);
                rest.remove_prefix(size);
                conversation.received(size);
                break;
            }
            case host::next_step::write:
                said += conversation.output();
                conversation.written();
                break;
            case host::next_step::handle: handle(); break;
            case host::next_step::linger: lingers_ = true; [[fallthrough]];
            case host::next_step::close: over_ = true; return said;
        }
    }
}

auto talk::say(std::string_view bytes, std::size_t piece) -> std::string {
    return collect(bytes, piece);
}

auto talk::hang_up() -> std::string {
    conversation.end_of_input();
    std::string_view nothing;
    return collect(nothing, 1);
}

auto talk::let_time_pass() -> std::string {
    conversation.deadline_passed();
    std::string_view nothing;
    return collect(nothing, 1);
}

auto status_of(std::string_view response) -> unsigned {
    return response.starts_with("HTTP/1.1 ")
               ? static_cast<unsigned>(std::stoul(std::string(response.substr(9, 3))))
               : 0;
}

auto count_of(std::string_view text, std::string_view part) -> std::size_t {
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) {
        ++count;
    }
    return count;
}

}  // namespace tenon::test
