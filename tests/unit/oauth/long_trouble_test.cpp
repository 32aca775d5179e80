// A provider that limits its client, then fails, then does not answer for an hour: two hosts, each
// behind a circuit of its own, with schedulers that go on and people who read tokens all the while.
#include "unit/oauth/stormy_hosts.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tenon::test {
namespace {

using std::chrono::minutes;

constexpr std::size_t accounts = 60;
constexpr seconds step{2};

auto account_name(std::size_t index) -> std::string {
    return "u" + std::to_string(index % accounts + 1);
}

struct long_trouble : flow_case {
    weather now = weather::fine;
    trouble_host here{*this, now, "here"};
    trouble_host there{*this, now, "there"};
    slow_pauses pauses{io, time};
    std::array<trouble_host*, 2> hosts{&here, &there};  // who goes first changes
    std::size_t next_reader = 0;

    // One of the tokens is read at that host.
    void read_at(trouble_host& host) {
        const auto began = time.now();
        ++host.readers.begun;
        token_request request{ann.org, ann.user, {acme, account_name(next_reader++)}, {}};
        if (host.reader.cached(request)) {
            ++host.readers.served;
            return;
        }
        boost::asio::co_spawn(
            io, host.reader.read(std::move(request)),
            [this, &host, began](std::exception_ptr, const result<token_answer>& answer) {
                host.readers.late += time.now() > began ? 1U : 0U;
                note(host.readers, answer);
            }
        );
        pauses.go_on();
    }
    static void note(told& readers, const result<token_answer>& answer) {
        if (answer.has_value()) {
            ++readers.served;
        } else if (answer.error().retry_after) {
            ++readers.put_off;
        } else {
            readers.strange.push_back(answer.error().message);
        }
    }

    // That much time, in that weather.
    void pass(weather how, seconds span) {
        now = how;
        for (auto* host : hosts) {
            host->asked = {0, host->asked.now, host->asked.now};
            host->readers = {};
        }
        for (seconds passed{0}; passed < span; passed += step) {
            std::ranges::reverse(hosts);
            for (auto* host : hosts) {
                boost::asio::co_spawn(io, host->scheduler.tick(), boost::asio::detached);
                pauses.go_on();
                read_at(*host);
            }
            pauses.pass(step);
        }
    }
    auto all_are_read_at(trouble_host& host) -> bool {
        host.readers = {};
        for (std::size_t i = 0; i < accounts; ++i) {
            read_at(host);
        }
        return host.readers.served == accounts;
    }
    auto connected() -> std::size_t {
        std::size_t count = 0;
        for (const auto& one : list(ann)) {
            count += one.status == connection_status::connected ? 1U : 0U;
        }
        return count;
    }
    auto number(std::string_view sql) -> std::int64_t {
        return look([&](sql_session& session) -> result<std::int64_t> {
            return host::run(session, sql)[0].integer(0);
        });
    }
};

}  // namespace

TEST_CASE("a provider that is in trouble for hours is asked now and then, and no connection is lost"
) {
    long_trouble both;
    for (std::size_t i = 0; i < accounts; ++i) {
        both.connect(ann, account_name(i));
    }
    both.time.advance(minutes(50));  // of the hour that a token lives
    // At most as many as are asked at once, before the first answer; then one who tries for all,
    // each time that the limit should be over.
    both.pass(weather::limited, minutes(20));
    for (auto* host : both.hosts) {
        CHECK(host->asked.all >= 20);
        CHECK(host->asked.all <= host->at.options.refresh_concurrency + 20 * 2);
        CHECK(host->gauge().empty());
        CHECK(host->readers.served >= host->readers.put_off);  // half of them: their tokens ended
        host->check_readers();
    }
    // Eight until the circuit opens, then a trial after 10, 20, 40, 80, 120, 120 … seconds.
    both.pass(weather::failing, minutes(20));
    for (auto* host : both.hosts) {
        CHECK(host->asked.all >= 8);
        CHECK(host->asked.all <= 8 + 14);
        CHECK(host->states.front() == circuit_state::open);
        CHECK(host->readers.served == 0);
        host->check_open();
    }
    // Each trial takes as long as a request may.
    both.pass(weather::silent, minutes(60));
    for (auto* host : both.hosts) {
        CHECK(host->asked.all >= 20);
        CHECK(host->asked.all <= 30);
        CHECK(host->asked.most == 1);
        CHECK(host->readers.served == 0);
        CHECK(host->readers.late <= host->asked.all);
        CHECK(host->counted("timeout") + host->asked.now == host->asked.all);
        CHECK(host->longest == circuit_policy{}.open_ceiling);
        host->check_open();
    }
    CHECK(both.connected() == accounts);

    both.pass(weather::fine, minutes(10));
    for (auto* host : both.hosts) {
        CHECK(host->states.back() == circuit_state::closed);
        CHECK(std::ranges::count(host->states, circuit_state::closed) == 1);
        CHECK(host->gauge() == "0");
        CHECK(host->readers.served > host->readers.put_off);
        host->check_readers();
        CHECK(both.all_are_read_at(*host));
    }
    CHECK(both.here.counted("ok") + both.there.counted("ok") == accounts);
    CHECK(both.scene.count().refreshes == accounts);
    CHECK(both.scene.count().refresh_reuses == 0);
    CHECK(both.scene.count().families_revoked == 0);
    CHECK(both.connected() == accounts);
    CHECK(both.number("SELECT COUNT(*) FROM grants WHERE failures > 0 OR status <> 'live'") == 0);
    CHECK(both.number("SELECT COUNT(*) FROM intents") == 0);
}

TEST_CASE("a provider that falls silent is asked once for each token, and who reads one is served"
) {
    long_trouble both;
    for (std::size_t i = 0; i < accounts; ++i) {
        both.connect(ann, account_name(i));
    }
    both.time.advance(minutes(50));
    both.pass(weather::silent, seconds(18));  // before anything times out
    CHECK(both.here.asked.all + both.there.asked.all == accounts);
    for (auto* host : both.hosts) {
        CHECK(host->asked.now == host->asked.all);
        CHECK(host->asked.now <= host->at.options.refresh_concurrency);
        CHECK(host->readers.served == 9);
    }
    both.pass(weather::silent, minutes(1));
    for (auto* host : both.hosts) {
        CHECK(host->gauge() == "1");
        CHECK(host->asked.now <= 1);
        CHECK(host->readers.served == 30);
    }
    both.pass(weather::fine, minutes(12));
    CHECK(both.scene.count().refreshes == accounts);
    CHECK(both.here.asked.now + both.there.asked.now == 0);
    CHECK(both.number("SELECT COUNT(*) FROM grants WHERE failures > 0 OR status <> 'live'") == 0);
}

}  // namespace tenon::test
