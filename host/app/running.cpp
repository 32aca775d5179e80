// A host from its first request to its last.
#include "app/host.hpp"
#include "app/notify.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace tenon::host {
namespace {

namespace asio = boost::asio;

// Of the time that draining may take: for cancelled handlers, and for unwinding what was cut.
constexpr milliseconds cut_after{2'000};
constexpr milliseconds cut_and_unwound_after{3'000};
// At its end, for the journal.
constexpr milliseconds last_words{1'000};

// A database that says nothing must not keep the host. False: it said nothing.
auto write_journal(api_context& api, std::chrono::steady_clock::time_point until)
    -> asio::awaitable<bool> {
    using asio::experimental::awaitable_operators::operator||;
    asio::steady_timer over(co_await asio::this_coro::executor, until);
    auto written = flush_journal(api);
    auto either = std::move(written) || over.async_wait(asio::use_awaitable);
    const auto first = co_await std::move(either);
    if (first.index() != 0) {
        log(log_level::warn, "the journal's last second is lost: the database does not answer");
    }
    co_return first.index() == 0;
}

}  // namespace

auto handled_signals() -> sigset_t {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
        sigaddset(&signals, number);
    }
    return signals;
}

void host_process::start_loops() {
    watch_changes(api_, background_);
    background_.start();
    const auto until = [](asio::cancellation_signal& end) {
        return asio::bind_cancellation_slot(end.slot(), asio::detached);
    };
    asio::co_spawn(tending_, keep_house(api_), until(end_house_));
    asio::co_spawn(tending_, registry_.keep_discovered(), until(end_discovery_));
    if (shared_) {
        heed_others(holds_, *outbound_, governor_, clock_, metrics_);
        asio::co_spawn(tending_, keep_sharing(*shared_, limits_, holds_), until(end_sharing_));
    }
}

auto host_process::run() -> result<void> {
    if (auto opened = open_listeners(); opened.has_error()) {
        return opened.error();
    }
    start_loops();
    std::cout.flush();
    notify_service_manager("READY=1");
    std::jthread signals([this] { watch_signals(); });
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < thread_count(); ++i) {
            threads.emplace_back([this] { loop_.run(); });
        }
        loop_.run();
    }
    ended_ = true;
    ::pthread_kill(signals.native_handle(), SIGHUP);  // so that it sees the end
    return {};
}

// On a thread of its own: they are blocked everywhere else (see serve()), so that none is lost.
void host_process::watch_signals() {
    const auto signals = handled_signals();
    bool stopping = false;
    for (int number = 0; ::sigwait(&signals, &number) == 0 && !ended_;) {
        if (number == SIGHUP && !stopping) {
            reload();
        } else if (number != SIGHUP && stopping) {
            log(log_level::warn, "stopped at once", {{log_key::signal, number}});
            flush_log();
            std::_Exit(128 + number);
        } else if (number != SIGHUP) {
            stopping = true;
            asio::co_spawn(tending_, stop_for(number), asio::detached);
        }
    }
}

auto host_process::stop_for(int number) -> asio::awaitable<void> {
    log(log_level::info, "stopping", {{log_key::signal, number}});
    notify_service_manager("STOPPING=1");
    co_await drain();
    loop_.stop();
}

// Requests and background work end side by side, within the one grace.
auto host_process::drain() -> asio::awaitable<void> {
    using asio::experimental::awaitable_operators::operator&&;
    const auto grace = settings_.timeouts.drain;
    const auto over = std::chrono::steady_clock::now() + grace;
    const auto willing = std::max(grace / 2, grace - cut_and_unwound_after);
    api_.draining = true;
    auto background = background_.stop(grace - std::min(grace / 10, last_words));
    auto requests = server_.drain(willing, std::min(cut_after, (grace - willing) * 2 / 3));
    auto both = std::move(background) && std::move(requests);
    const auto [through, report] = co_await std::move(both);
    end_discovery_.emit(asio::cancellation_type::all);
    end_house_.emit(asio::cancellation_type::all);
    end_sharing_.emit(asio::cancellation_type::all);
    const bool answered = co_await write_journal(api_, over);
    // A request that was ended may have left work behind that goes on without it.
    if (!answered || !through || report.cancelled + report.cut > 0) {
        log(log_level::warn, "stopped with work under way: it is taken up at the next start");
        flush_log();
        std::_Exit(EXIT_SUCCESS);  // their coroutines still use what would be destroyed now
    }
    log(log_level::info, "stopped", {{log_key::count, report.finished}});
    flush_log();
}

}  // namespace tenon::host
