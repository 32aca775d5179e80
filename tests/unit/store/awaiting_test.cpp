// Coroutines that wait for transactions: how they resume, and what becomes of those that go away.
#include "samples.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <semaphore>
#include <thread>

namespace tenon::test {

namespace {

namespace asio = boost::asio;

auto insert(database& db, std::string id) -> asio::awaitable<host::result<connection_row>> {
    auto work = [id](sql_session& session) -> host::result<connection_row> {
        return upsert_connection(session, sample_connection(id, "user-1", id));
    };
    co_return co_await db.with_org(org_a, access::write, std::move(work));
}

// Holds a worker until it is let go.
struct gate {
    std::binary_semaphore entered{0};
    std::binary_semaphore open{0};

    void pass() {
        entered.release();
        open.acquire();
    }
};

auto insert_behind(database& db, std::shared_ptr<gate> held) -> asio::awaitable<void> {
    auto work = [held](sql_session& session) -> host::result<void> {
        held->pass();
        (void)upsert_connection(session, sample_connection("c1"));
        return {};
    };
    (void)co_await db.with_org(org_a, access::write, std::move(work));
}

}  // namespace

TEST_CASE("a coroutine gets the answer on its own executor", "[store]") {
    test_database store(any_engine());
    asio::io_context context;
    std::optional<host::result<connection_row>> got;
    std::thread::id resumed_on;
    const auto flow = [&]() -> asio::awaitable<void> {
        got = co_await insert(store.db(), "c1");
        resumed_on = std::this_thread::get_id();
    };
    asio::co_spawn(context, flow(), asio::detached);
    context.run();
    REQUIRE(got);
    REQUIRE(got->has_value());
    CHECK((**got).id == connection_id("c1"));
    CHECK(resumed_on == std::this_thread::get_id());
}

TEST_CASE("an exception reaches the coroutine", "[store]") {
    test_database store(any_engine());
    asio::io_context context;
    const auto flow = [&]() -> asio::awaitable<void> {
        auto work = [](sql_session&) -> host::result<int> { throw std::out_of_range("a bug"); };
        (void)co_await store->with_org(org_a, access::write, std::move(work));
    };
    auto done = asio::co_spawn(context, flow(), asio::use_future);
    context.run();
    CHECK_THROWS_AS(done.get(), std::out_of_range);
}

TEST_CASE("readiness can be awaited", "[store]") {
    test_database store(any_engine());
    asio::io_context context;
    bool ready = false;
    const auto flow = [&]() -> asio::awaitable<void> {
        const auto outcome = co_await store->ping_write();
        ready = outcome.has_value();
    };
    asio::co_spawn(context, flow(), asio::detached);
    context.run();
    CHECK(ready);
}

TEST_CASE("many coroutines wait at once and each gets its own answer", "[store]") {
    test_database store(any_engine());
    asio::thread_pool pool(2);
    constexpr int count = 300;
    std::vector<std::future<host::result<connection_row>>> answers;
    for (int i = 0; i < count; ++i) {
        answers.push_back(
            asio::co_spawn(pool, insert(store.db(), "c" + std::to_string(i)), asio::use_future)
        );
    }
    int right = 0;
    for (int i = 0; i < count; ++i) {
        auto answer = answers[static_cast<std::size_t>(i)].get();
        right += answer && answer->id.text() == "c" + std::to_string(i) ? 1 : 0;
    }
    CHECK(right == count);
    CHECK(reading(store.db(), count_connections) == count);
}

TEST_CASE("cancelling who waits does not cancel the transaction", "[store]") {
    test_database store(any_engine());
    asio::io_context context;
    auto held = std::make_shared<gate>();
    asio::cancellation_signal cancel;
    std::exception_ptr ended_with;
    bool ended = false;
    asio::co_spawn(
        context, insert_behind(store.db(), held),
        asio::bind_cancellation_slot(
            cancel.slot(),
            [&](std::exception_ptr thrown) {
                ended_with = std::move(thrown);
                ended = true;
            }
        )
    );
    context.poll();
    held->entered.acquire();
    cancel.emit(asio::cancellation_type::terminal);
    context.restart();
    context.run();
    REQUIRE(ended);
    REQUIRE(ended_with);
    try {
        std::rethrow_exception(ended_with);
    } catch (const boost::system::system_error& failure) {
        CHECK(failure.code() == asio::error::operation_aborted);
    }
    held->open.release();
    store.reopen();
    CHECK(reading(store.db(), count_connections) == 1);
}

TEST_CASE("a context that goes away takes its coroutines, not their transactions", "[store]") {
    test_database store(any_engine());
    auto held = std::make_shared<gate>();
    auto alive = std::make_shared<int>(0);
    {
        asio::io_context context;
        const auto flow = [&](std::shared_ptr<int> /*kept*/) -> asio::awaitable<void> {
            co_await insert_behind(store.db(), held);
        };
        asio::co_spawn(context, flow(alive), asio::detached);
        context.poll();
        held->entered.acquire();
        CHECK(alive.use_count() > 1);
    }
    CHECK(alive.use_count() == 1);
    held->open.release();
    store.reopen();
    CHECK(reading(store.db(), count_connections) == 1);
}

TEST_CASE("closing the database answers those that still wait", "[store]") {
    test_database store(any_engine(), {.connections = 1});
    asio::thread_pool pool(1);
    auto held = std::make_shared<gate>();
    auto first = asio::co_spawn(pool, insert_behind(store.db(), held), asio::use_future);
    held->entered.acquire();
    auto second = asio::co_spawn(pool, insert(store.db(), "c2"), asio::use_future);
    // The second one waits in the queue as soon as the pool has run it so far.
    std::promise<void> passed;
    asio::post(pool, [&] { passed.set_value(); });
    passed.get_future().wait();
    std::thread closer([&] { store.close(); });
    held->open.release();
    closer.join();
    first.get();
    // Whether it still ran depends on who was faster; that it is answered does not.
    const auto answer = second.get();
    CHECK((answer.has_value() || answer.error().code == errc::storage_unavailable));
}

TEST_CASE("one transaction too many is refused at once", "[store]") {
    test_database store(any_engine(), {.connections = 1, .max_waiting = 1, .group_commit = 1});
    asio::thread_pool pool(1);
    auto held = std::make_shared<gate>();
    auto running = asio::co_spawn(pool, insert_behind(store.db(), held), asio::use_future);
    held->entered.acquire();
    auto waiting = asio::co_spawn(pool, insert(store.db(), "c2"), asio::use_future);
    auto refused_one = asio::co_spawn(pool, insert(store.db(), "c3"), asio::use_future);
    const auto answer = refused_one.get();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::storage_unavailable);
    held->open.release();
    running.get();
    CHECK(waiting.get().has_value());
}

}  // namespace tenon::test
