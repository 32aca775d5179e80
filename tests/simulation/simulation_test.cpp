// The rules hold whatever happens, and would be seen broken.
#include "base/log.hpp"
#include "support/catch.hpp"
#include "tale.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>

namespace tenon::simulation {
namespace {

using steady = std::chrono::steady_clock;

// Where sanitizers look on, as many as fit in. The release goes through 10,000: `./dev histories`.
constexpr auto time_for_them = std::chrono::seconds(15);

// What each fault takes to show, where it strikes at the right point.
auto temptation_for(planted_fault fault) -> mishap {
    using enum mishap_kind;
    switch (fault) {
        case planted_fault::short_lease:
        case planted_fault::no_compare_and_swap: return {0, slow_provider, 19'000};
        case planted_fault::audit_later:
        case planted_fault::retry_when_unsure: return {0, answer_lost, 0};
        case planted_fault::reply_not_sealed: return {0, crash, 50};
        case planted_fault::owed_forgotten: return {0, unavailable, 0};
        case planted_fault::scheduler_stalls:
        case planted_fault::commit_after_use:
        case planted_fault::secret_logged:
        case planted_fault::none: break;
    }
    return {};
}

// One grant that is connected, renewed by two hosts, read, and (for the swap) connected again, or
// (for what is owed) disconnected first.
auto tempting_plan(planted_fault fault, std::int64_t point) -> plan {
    plan made;
    made.seed = static_cast<std::uint64_t>(point);
    made.hosts = 2;
    const bool stalls = fault == planted_fault::scheduler_stalls;
    made.duration_ms = stalls ? 120'000 : 40'000;
    made.access_life_s = stalls ? 90 : 3'600;
    const auto add = [&](std::int64_t at_ms, act_kind kind, int host) {
        act one;
        one.at_ms = at_ms;
        one.kind = kind;
        one.rotating = fault != planted_fault::short_lease;  // else the second one is spared
        one.host = one.other_host = host;
        made.acts.push_back(one);
    };
    add(0, act_kind::connect, 0);
    if (fault == planted_fault::owed_forgotten) {
        add(8'000, act_kind::disconnect, 0);
    }
    add(8'000, act_kind::refresh, 0);
    for (const std::int64_t at : {8'100, 8'200, 8'400, 8'800}) {
        add(at, act_kind::read, 0);
    }
    const bool anew = fault == planted_fault::no_compare_and_swap;
    add(10'000, anew ? act_kind::connect : act_kind::refresh, 1);
    made.mishaps.push_back(temptation_for(fault));
    made.mishaps.back().point = point;
    return made;
}

auto size_of(const plan& what) -> std::size_t {
    return what.acts.size() + what.mishaps.size();
}

// Its acts are counted first.
auto without(plan what, std::size_t item) -> plan {
    const auto at = static_cast<std::ptrdiff_t>(item);
    const auto acts = std::ssize(what.acts);
    if (at < acts) {
        what.acts.erase(what.acts.begin() + at);
    } else {
        what.mishaps.erase(what.mishaps.begin() + (at - acts));
    }
    return what;
}

// Writes something, and thinks better of it.
auto write_and_roll_back(host::database& to, std::string text) -> boost::asio::awaitable<void> {
    auto work = [text = std::move(text)](host::sql_session& session) -> host::result<void> {
        run(session, "UPDATE organizations SET name = $1", text);
        return host::fail(host::errc::conflict, "rolled back");
    };
    const auto done = co_await to.as_service(host::access::write, std::move(work));
    CHECK(done.has_error());
}

}  // namespace

TEST_CASE("hosts keep every promise through as many histories as fit into a moment") {
    const auto until = steady::now() + time_for_them;
    std::uint64_t ran = 0;
    std::int64_t refreshes = 0;
    course all;
    all.count = UINT64_MAX;
    all.told = [&](const verdict& one) {
        ++ran;
        refreshes += one.refreshes;
        return steady::now() < until;
    };
    const auto found = search(shared(), all);
    INFO((found ? describe(*found) : std::string()));
    CHECK_FALSE(found);
    CHECK(refreshes > 0);
    WARN(ran << " histories, " << refreshes << " refreshes");
}

TEST_CASE("a host that is broken on purpose is found out, by the rule that it breaks") {
    constexpr std::int64_t points = 80;  // more than the plan has
    for (const auto& one : planted_faults) {
        std::int64_t point = 0;
        std::string rule;
        while (rule != one.rule && point < points) {
            const auto what = tempting_plan(one.fault, point++);
            CHECK(play(shared(), what, planted_fault::none).violation.empty());
            rule = rule_of(play(shared(), what, one.fault).violation);
        }
        CAPTURE(one.name);
        CHECK(rule == one.rule);
        WARN(one.name << ", after " << point << " histories: " << rule);
    }
}

#ifdef NDEBUG
TEST_CASE("a host that is broken on purpose is found out by chance") {
    for (const auto& one : planted_faults) {
        course some;
        some.count = 1'000;
        some.fault = one.fault;
        some.rule = one.rule;
        some.shrinks = false;
        INFO("planted: " << one.name);
        const auto found = search(shared(), some);
        REQUIRE(found);
        WARN(one.name << ", after " << found->histories << " histories");
    }
}
#endif

TEST_CASE("the same seed makes the same history") {
    for (const std::uint64_t seed : {7U, 77U, 777U}) {
        const auto what = make_plan(seed);
        const auto first = tale_of(what);
        CHECK(first.size() > 10);
        CHECK(first == tale_of(what));
    }
}

TEST_CASE("what is found is cut down to what the same rule takes to break, and told with its seed"
) {
    course some;
    some.count = 100;
    some.fault = planted_fault::reply_not_sealed;
    some.rule = find_planted("reply_not_sealed")->rule;
    const auto found = search(shared(), some);
    REQUIRE(found);
    const auto breaks = [&](const plan& what) {
        return rule_of(play(shared(), what, some.fault).violation) == some.rule;
    };
    CHECK(rule_of(found->violation) == some.rule);
    CHECK(breaks(found->shortest));
    CHECK(size_of(found->shortest) < size_of(plan_for(found->shortest.seed, some.fault)));
    for (std::size_t i = 0; i < size_of(found->shortest); ++i) {
        CHECK_FALSE(breaks(without(found->shortest, i)));
    }
    const auto text = describe(*found);
    CHECK(text.find("seed " + std::to_string(found->histories) + ":") != std::string::npos);
    CHECK(text.find(found->violation) != std::string::npos);
}

TEST_CASE("what does not break its rule again is told as it was found") {
    const finding whole{make_plan(1), "a rule that it keeps (5 ms after the beginning)", 1};
    const auto left = shrink(shared(), whole, planted_fault::none);
    CHECK(left.violation == whole.violation);
    CHECK(size_of(left.shortest) == size_of(whole.shortest));
}

TEST_CASE("a secret in a log line, or in the database's files, is noticed") {
    std::vector<bool> noticed;
    const log_lines lines([&](std::string_view line) { noticed.push_back(leaks(line)); });
    host::log(host::log_level::trace, "asked", {{host::log_key::detail, "for a token"}});
    host::log(host::log_level::trace, "asked", {{host::log_key::detail, "for demo-rt-1"}});
    CHECK(noticed == std::vector<bool>{false, true});

    house other;
    other.begin(make_plan(1));
    CHECK_FALSE(leaks(other.database_bytes()));
    const auto written =
        other.db().as_service_now(host::access::write, [](host::sql_session& session) {
            run(session, "UPDATE organizations SET name = $1", "demo-at-1");
            return host::result<void>();
        });
    REQUIRE(written.has_value());
    CHECK(leaks(other.database_bytes()));
}

TEST_CASE("a readable secret is noticed on its way to the database, whatever becomes of it there") {
    house other;
    const auto what = make_plan(1);
    other.begin(what);
    const auto alive = std::make_shared<const int>();
    for (const auto& [text, rule] : std::map<std::string, std::string>{
             {"a name", ""}, {"demo-rt-1", "a readable secret was given to the database"}}) {
        chronicle all(what, planted_fault::none);
        const machine_clock clock(all.time);
        simulated_storage way(all, other.db(), 0, clock, alive, [](std::size_t, const transcript&) {
        });
        boost::asio::io_context loop;
        const auto busy = boost::asio::make_work_guard(loop);
        boost::asio::co_spawn(loop, write_and_roll_back(way, text), boost::asio::detached);
        loop.poll();
        while (all.time.next_at()) {
            all.time.step();
            loop.poll();
        }
        CHECK(rule_of(all.violation) == rule);
        CHECK_FALSE(leaks(other.database_bytes()));
    }
}

}  // namespace tenon::simulation
