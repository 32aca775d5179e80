// A provider in all weathers, and hosts that ask it: in one loop, on a time that passes when the
// test says so.
#pragma once

#include "api/metrics.hpp"
#include "net/circuit.hpp"
#include "oauth/scheduler.hpp"
#include "unit/oauth/flow_case.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <vector>

namespace tenon::test {

enum class weather { fine, limited, failing, silent };

// Pauses of a loop's coroutines end when a clock has come so far.
class slow_pauses {
  public:
    slow_pauses(boost::asio::io_context& io, manual_clock& time)
        : io_(io), time_(time), turn_(io, boost::asio::steady_timer::time_point::max()) {
        boost::asio::use_service<pause_service>(io).wait = [this](milliseconds span) {
            return wait(span);
        };
    }

    void pass(milliseconds span) {
        time_.advance(span);
        turn_.cancel();
        go_on();
    }
    // All that can happen at this moment.
    void go_on() {
        io_.restart();
        io_.poll();
    }

  private:
    auto wait(milliseconds span) -> boost::asio::awaitable<void> {
        const auto until = time_.now() + span;
        while (time_.now() < until) {
            co_await turn_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        }
    }

    boost::asio::io_context& io_;
    manual_clock& time_;
    boost::asio::steady_timer turn_;
};

// What reached a provider.
struct attempts {
    std::size_t all = 0;
    std::size_t now = 0, most = 0;  // at once
};

// The way to the provider.
class stormy_http final : public outbound_http {
  public:
    stormy_http(outbound_http& inner, const weather& now, attempts& asked)
        : inner_(inner), now_(now), asked_(asked) {}

    auto send(outbound_request request) -> boost::asio::awaitable<outbound_response> override {
        ++asked_.all;
        asked_.most = std::max(asked_.most, ++asked_.now);
        auto answering = answer(std::move(request));
        auto made = co_await std::move(answering);
        --asked_.now;
        co_return made;
    }

  private:
    auto answer(outbound_request request) -> boost::asio::awaitable<outbound_response> {
        switch (now_) {
            case weather::fine: return inner_.send(std::move(request));
            case weather::limited: return say(429);
            case weather::failing: return say(500);
            case weather::silent: break;
        }
        return silence(request.timeout);
    }
    static auto say(std::uint32_t status) -> boost::asio::awaitable<outbound_response> {
        outbound_response made;
        made.status = status;
        made.sent = request_sent::yes;
        made.headers = {{"content-type", "application/json"}, {"retry-after", "30"}};
        made.body = "{}";
        co_return made;
    }
    static auto silence(milliseconds span) -> boost::asio::awaitable<outbound_response> {
        co_await pause(span);
        outbound_response made;
        made.outcome = transport::timeout;
        made.sent = request_sent::maybe;
        co_return made;
    }

    outbound_http& inner_;
    const weather& now_;
    attempts& asked_;
};

// What people were answered who read tokens.
struct told {
    std::size_t begun = 0;
    std::size_t served = 0;
    std::size_t put_off = 0;  // until a time that they were told
    std::size_t late = 0;     // either, but not at once: they waited for the one refresh
    std::vector<std::string> strange;
};

// A host over the world's store, with what is a process's own.
struct trouble_host {
    trouble_host(oauth_world& world, const weather& now, const std::string& name)
        : behind(make_circuit_breaker(
              std::make_unique<stormy_http>(world.http, now, asked), world.time, circuit_policy{},
              [this](std::string_view origin, circuit_state state, milliseconds open_for) {
                  metrics.circuit_changed(origin, state);
                  states.push_back(state);
                  longest = std::max(longest, open_for);
              }
          )),
          at{world.store.db(),
             world.providers,
             *behind,
             world.seal,
             world.time,
             world.random,
             cache,
             statuses,
             world.signing,
             watch,
             governor,
             metrics,
             world.io.get_executor(),
             world.context.options} {
        at.options.instance = name;
    }

    // Of a series, as it is scraped; empty: it is not there.
    [[nodiscard]] auto value_of(const std::string& series) const -> std::string {
        const auto text = metrics.text();
        const auto found = text.find("\n" + series + " ");
        if (found == std::string::npos) {
            return {};
        }
        const auto begin = found + series.size() + 2;
        return text.substr(begin, text.find('\n', begin) - begin);
    }
    [[nodiscard]] auto gauge() const -> std::string {
        return value_of("tenon_circuit_open{origin=\"http://127.0.0.1:4000\"}");
    }
    // Refreshes that ended so.
    [[nodiscard]] auto counted(const std::string& outcome) const -> std::size_t {
        const auto value = value_of(
            "tenon_provider_operations_total{operation=\"refresh\",outcome=\"" + outcome +
            "\",provider=\"acme\"}"
        );
        return value.empty() ? 0 : std::stoul(value);
    }
    // Nobody is told nothing, but who reads the one token that is tried with right now.
    void check_readers() const {
        CHECK(readers.strange.empty());
        CHECK(readers.served + readers.put_off + asked.now >= readers.begun);
    }
    void check_open() const {
        CHECK(gauge() == "1");
        CHECK(counted("circuit_open") > 0);
        CHECK(std::ranges::count(states, circuit_state::closed) == 0);
        check_readers();
    }

    attempts asked;
    std::vector<circuit_state> states;
    milliseconds longest{0};
    api_metrics metrics{"1"};
    token_cache cache{1'000};
    status_cache statuses{cache.marks()};
    revocation_watch watch;
    rate_governor governor;
    std::unique_ptr<circuit_breaker> behind;
    oauth_context at;
    refresher renewing{at};
    refresh_scheduler scheduler{at, renewing};
    token_reader reader{at, renewing};
    told readers;
};

}  // namespace tenon::test
