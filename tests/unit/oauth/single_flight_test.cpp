#include "oauth/single_flight.hpp"

#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>
#include <string>

namespace tenon::host {
namespace {

using boost::asio::awaitable;

// Work that lasts until somebody lets it go, and counts its runs.
class held_work {
  public:
    explicit held_work(boost::asio::io_context& io)
        : gate_(io, boost::asio::steady_timer::time_point::max()) {}

    auto run() -> awaitable<int> {
        ++runs;
        boost::system::error_code cancelled;
        co_await gate_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled)
        );
        if (fails) {
            throw std::runtime_error("the work broke");
        }
        co_return runs * 10;
    }
    void let_go() { gate_.cancel(); }

    int runs = 0;
    bool fails = false;

  private:
    boost::asio::steady_timer gate_;
};

struct flights {
    boost::asio::io_context io;
    held_work work{io};
    single_flight<std::string, int> one{io.get_executor()};
    std::vector<int> answers;
    int thrown = 0;

    auto ask(std::string key) -> awaitable<void> {
        single_flight<std::string, int>::work start = [this] { return work.run(); };
        try {
            const int answer = co_await one.run(std::move(key), std::move(start));
            answers.push_back(answer);
        } catch (const std::runtime_error&) {
            ++thrown;
        }
    }
    void spawn(const std::string& key) {
        boost::asio::co_spawn(io, ask(key), boost::asio::detached);
    }
    void settle() {
        io.restart();
        io.poll();
    }
};

}  // namespace

TEST_CASE("many who ask for one thing wait for one run, and all get its answer") {
    flights all;
    for (int i = 0; i < 100; ++i) {
        all.spawn("a");
    }
    all.settle();
    CHECK(all.work.runs == 1);
    CHECK(all.one.size() == 1);
    CHECK(all.answers.empty());
    all.work.let_go();
    all.settle();
    CHECK(all.answers == std::vector<int>(100, 10));
    CHECK(all.one.size() == 0);
}

TEST_CASE("what was answered is not remembered: who asks later starts anew") {
    flights all;
    all.spawn("a");
    all.settle();
    all.work.let_go();
    all.settle();
    all.spawn("a");
    all.settle();
    all.work.let_go();
    all.settle();
    CHECK(all.answers == std::vector<int>{10, 20});
}

TEST_CASE("different things do not wait for each other") {
    flights all;
    all.spawn("a");
    all.spawn("b");
    all.settle();
    CHECK(all.work.runs == 2);
    CHECK(all.one.size() == 2);
    all.work.let_go();
    all.settle();
    CHECK(all.answers.size() == 2);
}

TEST_CASE("an exception of the work's reaches everybody who waits, and ends the flight") {
    flights all;
    all.work.fails = true;
    for (int i = 0; i < 3; ++i) {
        all.spawn("a");
    }
    all.settle();
    all.work.let_go();
    all.settle();
    CHECK(all.thrown == 3);
    CHECK(all.answers.empty());
    CHECK(all.one.size() == 0);
}

TEST_CASE("who waits for what will last is answered meanwhile, and no second run begins") {
    flights all;
    all.spawn("a");
    all.spawn("b");
    all.settle();
    all.one.tell_meanwhile("a", -1);
    all.one.tell_meanwhile("of nobody", -2);
    all.settle();
    all.spawn("a");
    all.settle();
    CHECK(all.answers == std::vector<int>{-1, -1});
    CHECK(all.work.runs == 2);
    CHECK(all.one.size() == 2);
    all.work.let_go();
    all.settle();
    CHECK(all.answers == std::vector<int>{-1, -1, 20});
    CHECK(all.one.size() == 0);
}

TEST_CASE("who asks while the answer is on its way to the others gets it too or a new run's") {
    flights all;
    all.spawn("a");
    all.settle();
    all.work.let_go();
    all.spawn("a");
    all.settle();
    all.work.let_go();
    all.settle();
    CHECK(all.answers.size() == 2);
    CHECK(all.one.size() == 0);
}

}  // namespace tenon::host
