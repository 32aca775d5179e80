#include "net/outbound.hpp"

#include "support/catch.hpp"
#include "unit/net/fixture.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>

using namespace tenon::test;
using tenon::host::milliseconds;
using tenon::host::request_sent;
using tenon::host::transport;

namespace {

// A latch that a script waits at.
class latch {
  public:
    void open() {
        const std::lock_guard lock(guard_);
        open_ = true;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock(guard_);
        changed_.wait(lock, [this] { return open_; });
    }

  private:
    std::mutex guard_;
    std::condition_variable changed_;
    bool open_ = false;
};

}  // namespace

TEST_CASE("an answer that is too large is not taken, whether or not it says so") {
    scripted_server server([](accepted& connection, int) {
        const auto asked = connection.read_request();
        if (asked.find("/said") != asked.npos) {
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
        } else if (asked.find("/fits") != asked.npos) {
            connection.answer("200 OK", std::string(1000, 'x'));
        } else {
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (connection.send("100\r\n" + std::string(256, 'x') + "\r\n")) {}
        }
        connection.wait_for_close();
    });
    running_client client;
    for (const auto* path : {"/said", "/unsaid"}) {
        auto asked = get(server.url(path));
        asked.max_body_bytes = 1000;
        const auto answer = client.ask(asked);
        CHECK(answer.outcome == transport::too_large);
        CHECK(answer.sent == request_sent::yes);
        CHECK(answer.body.empty());
    }
    auto fitting = get(server.url("/fits"));
    fitting.max_body_bytes = 1000;
    CHECK(client.ask(fitting).body.size() == 1000);
}

TEST_CASE("headers without end are not taken") {
    scripted_server server([](accepted& connection, int) {
        (void)connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n");
        while (connection.send("X: " + std::string(1000, 'x') + "\r\n")) {}
    });
    running_client client;
    CHECK(client.ask(get(server.url())).outcome == transport::too_large);
}

TEST_CASE("no more than so many at a time with one origin; the others wait their turn") {
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    scripted_server server([&](accepted& connection, int) {
        while (!connection.read_request().empty()) {
            const int current = ++now;
            int seen = most;
            while (seen < current && !most.compare_exchange_weak(seen, current)) {}
            // Long enough for the others to come if they were let.
            for (int i = 0; i < 20; ++i) {
                std::this_thread::yield();
            }
            --now;
            connection.answer("200 OK", "{}");
        }
    });
    tenon::host::outbound_options options;
    options.per_origin = 3;
    running_client client(options);
    std::vector<std::future<tenon::host::outbound_response>> answers;
    for (int i = 0; i < 30; ++i) {
        answers.push_back(client.begin(get(server.url())));
    }
    CHECK(std::all_of(answers.begin(), answers.end(), [](auto& answer) {
        return answer.get().status == 200;
    }));
    CHECK(most <= 3);
    CHECK(server.connections() <= 3);
}

TEST_CASE("who waits for a turn waits within the deadline, and was not sent") {
    latch done;
    scripted_server server([&](accepted& connection, int) {
        (void)connection.read_request();
        done.wait();
        connection.answer("200 OK", "{}");
    });
    tenon::host::outbound_options options;
    options.per_origin = 1;
    running_client client(options);
    auto first = client.begin(get(server.url()));
    auto asked = get(server.url());
    asked.timeout = milliseconds(50);
    const auto second = client.ask(asked);
    CHECK(second.outcome == transport::timeout);
    CHECK(second.sent == request_sent::no);
    done.open();
    CHECK(first.get().status == 200);
}

TEST_CASE("a caller that is cancelled takes its transfer with it") {
    latch arrived;
    latch closed;
    scripted_server server([&](accepted& connection, int) {
        (void)connection.read_request();
        arrived.open();
        connection.wait_for_close();
        closed.open();
    });
    running_client client;
    std::function<void()> cancel;
    auto answer = client.begin_cancellable(get(server.url()), cancel);
    arrived.wait();
    cancel();
    closed.wait();
    const auto ended = answer.get();
    CHECK(ended.outcome == transport::cancelled);
    CHECK(ended.sent == request_sent::maybe);
}

TEST_CASE("a client that is destroyed ends what is in flight and what waits") {
    std::atomic<int> arrived{0};
    scripted_server server([&](accepted& connection, int) {
        (void)connection.read_request();
        ++arrived;
        connection.wait_for_close();
    });
    tenon::host::outbound_options options;
    options.per_origin = 4;
    running_client client(options);
    std::vector<std::future<tenon::host::outbound_response>> answers;
    for (int i = 0; i < 10; ++i) {
        answers.push_back(client.begin(get(server.url())));
    }
    while (arrived < 4) {
        std::this_thread::yield();
    }
    client.destroy();
    int maybe = 0;
    for (auto& answer : answers) {
        const auto ended = answer.get();
        CHECK(ended.outcome == transport::cancelled);
        maybe += ended.sent == request_sent::maybe ? 1 : 0;
    }
    CHECK(maybe == 4);
}

TEST_CASE("a loop that is destroyed under a transfer takes it along without harm") {
    std::atomic<int> arrived{0};
    scripted_server server([&](accepted& connection, int) {
        (void)connection.read_request();
        ++arrived;
        connection.wait_for_close();
    });
    bool answered = false;
    for (const bool client_first : {true, false}) {
        const int before = arrived;
        auto context = std::make_unique<boost::asio::io_context>();
        tenon::host::outbound_options options;
        options.per_origin = 1;
        auto client = tenon::host::make_outbound(context->get_executor(), options);
        // One in flight, one that waits for its turn.
        for (int i = 0; i < 2; ++i) {
            boost::asio::co_spawn(
                *context, client->send(get(server.url())),
                [&](const std::exception_ptr&, const tenon::host::outbound_response&) {
                    answered = true;
                }
            );
        }
        while (arrived == before) {
            context->run_one_for(milliseconds(10));
        }
        if (client_first) {
            client.reset();
        }
        context->stop();
        if (!client_first) {
            client.reset();
        }
        context.reset();
    }
    CHECK_FALSE(answered);
}
