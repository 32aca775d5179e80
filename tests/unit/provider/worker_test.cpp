// A plugin in a worker does what it does in the host's process, and what it does to itself costs
// one operation.
#include "provider/instance.hpp"
#include "unit/provider/worker_world.hpp"

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

using namespace tenon::test;
using Catch::Matchers::Contains;

namespace {

auto in(isolation where, std::string name) -> provider_settings {
    auto out = section(std::move(name));
    out.run_in = where;
    return out;
}

// Any thread's, unlike the scripted one.
class same_answer final : public outbound_http {
  public:
    auto send(outbound_request /*request*/) -> boost::asio::awaitable<outbound_response> override {
        outbound_response out;
        out.status = 200;
        out.sent = request_sent::yes;
        out.body = "account";
        co_return out;
    }
};

}  // namespace

TEST_CASE("an exchange, a profile with a host call and a pause, and a refresh run in a worker") {
    const auto mode = GENERATE(isolation::worker, isolation::worker_per_operation);
    worker_world all({in(mode, "well")});
    CHECK(operation_access::parts(*all.instance("well")).seat.library == nullptr);
    all.http.answer(200, "short");
    all.http.answer(200, "long");
    const auto exchanged = all.perform(request_of(operation_kind::exchange));
    REQUIRE(exchanged.has_value());
    CHECK(exchanged->grants.at(0).access_token.reveal() == "short+long");
    CHECK(exchanged->grants.at(0).expires_at == all.time.now() + milliseconds(1000));
    all.http.answer(200, "account-7");
    const auto profile = all.perform(request_of(operation_kind::profile));
    REQUIRE(profile.has_value());
    CHECK(profile->field("account_id")->value == "account-7");
    CHECK(profile->field("raw")->is_json);
    all.http.answer(400, "");
    const auto failed = all.perform(request_of(operation_kind::refresh)).error();
    CHECK(failed.category == failure_category::revoked);
    CHECK(failed.code == "invalid_grant");
    CHECK(failed.http_status == 400);
    CHECK(all.report().lost == 0);
}

TEST_CASE("operations of one worker run side by side") {
    worker_world all({section("well")});
    std::vector<std::pair<std::string, operation_request>> requests;
    for (int i = 0; i < 100; ++i) {
        all.http.answer(200, "account");
        requests.emplace_back("well", request_of(operation_kind::profile));
    }
    for (const auto& one : all.perform_all(std::move(requests))) {
        CHECK(one.has_value());
    }
    CHECK(all.observer.started("well") == 1);
}

TEST_CASE("operations on many threads share one worker, and each its own where that is asked for") {
    const auto mode = GENERATE(isolation::worker, isolation::worker_per_operation);
    boost::asio::io_context loop;
    standing_clock time;
    same_answer http;
    const registry providers(
        strangers_in("good", {in(mode, "well")}), http, time,
        worker_setup_of_tests(loop.get_executor())
    );
    const auto well = *providers.find("well");
    constexpr int count = 60;
    std::mutex guard;
    std::string problems;
    std::atomic<int> left{count};
    for (int i = 0; i < count; ++i) {
        boost::asio::co_spawn(
            boost::asio::make_strand(loop),
            run_operation(well, request_of(operation_kind::profile), http, time),
            [&](const std::exception_ptr& /*thrown*/, const operation_result& ended) {
                if (ended.has_error()) {
                    const std::lock_guard lock(guard);
                    problems += ended.error().code + ": " + ended.error().message + '\n';
                }
                if (--left == 0) {
                    loop.stop();
                }
            }
        );
    }
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&loop] { loop.run(); });
        }
    }
    CHECK(problems.empty());
}

TEST_CASE("each departure from the contract ends in a worker as it does in the host") {
    world here(std::vector<provider_settings>{});
    std::vector<provider_settings> sections;
    for (const auto& [name, entry] : here.providers.snapshot()->providers) {
        const bool departs =
            entry.plugin_path.ends_with("broken.so") || entry.plugin_path.ends_with("throwing.so");
        if (departs && name != "destroy_throws") {
            sections.push_back(section(name));
        }
    }
    REQUIRE(sections.size() > 20);
    world near(sections);
    worker_world far(sections);
    for (const auto& one : sections) {
        INFO(one.name);
        for (auto* http : {&near.http, &far.http}) {
            http->answer(200, "account");
        }
        const auto expected = near.perform(request_of(operation_kind::profile), one.name);
        const auto got = far.perform(request_of(operation_kind::profile), one.name);
        REQUIRE(got.has_error() == expected.has_error());
        if (got.has_error()) {
            CHECK(got.error().code == expected.error().code);
            CHECK(got.error().message == expected.error().message);
        }
    }
    CHECK(far.observer.lost("crashed") == 0);
}

TEST_CASE("what a plugin does to its worker is named in one typed error, and the next one serves") {
    struct row {
        std::string id, code, says;
    };
    const std::vector<row> rows{
        {"evil_socket", "plugin_forbidden_call", "system call socket"},
        {"evil_fork", "plugin_forbidden_call", "system call clone"},
        {"evil_passwd", "plugin_forbidden_call", "system call openat"},
        {"evil_exec", "plugin_forbidden_call", "system call execve"},
        {"evil_sysconf", "plugin_forbidden_call", "system call openat"},
        {"evil_urgent", "plugin_forbidden_call", "system call sendto"},
        {"evil_peek", "plugin_forbidden_call", "system call recvfrom"},
        {"evil_requeue", "plugin_forbidden_call", "system call futex"},
        {"evil_spin", "plugin_hung", "within 300 ms"},
#ifndef TENON_THREAD_SANITIZED  // whose allocator takes a second free() for a first one
        {"evil_free", "plugin_crashed", "SIGABRT"},
#endif
        {"evil_overflow", "plugin_crashed", "SIGSEGV"},
        {"evil_balloon", "plugin_crashed", "SIGABRT"},
        {"evil_leave", "plugin_crashed", "exit code 0"},
        {"evil_chatter", "plugin_broke_contract", "no message"}};
    const auto one = GENERATE_REF(from_range(rows));
    INFO(one.id);
    const milliseconds deadline(one.id == "evil_spin" ? 300 : 2'000);
    worker_world all({section(one.id), section("evil_search")}, "evil", deadline);
    const auto at_once = all.perform(request_of(operation_kind::refresh), one.id);
    REQUIRE(at_once.has_error());
    INFO(at_once.error().message);
    CHECK(at_once.error().category == failure_category::provider);
#ifndef TENON_SANITIZED  // a sanitizer sees it first, and ends the worker in its own way
    CHECK(at_once.error().code == one.code);
    CHECK_THAT(at_once.error().message, Contains(one.says));
#endif
    CHECK(at_once.error().sent == request_sent::no);
    CHECK(all.report().lost == 1);
    const auto served = all.perform(request_of(operation_kind::revoke), "evil_search");
    CHECK(served.has_value());
}

TEST_CASE("an exception in a step, and another as it is destroyed, cost one operation and no worker"
) {
    worker_world all({section("evil_throw"), section("evil_search")}, "evil");
    for (int i = 0; i < 2; ++i) {
        all.http.answer(200, "account");
        const auto thrown = all.perform(request_of(operation_kind::profile), "evil_throw");
        REQUIRE(thrown.has_error());
        CHECK(thrown.error().code == "plugin_broke_contract");
        CHECK_THAT(thrown.error().message, Contains("op_step let an exception out"));
        CHECK(all.perform(request_of(operation_kind::revoke), "evil_search").has_value());
    }
    CHECK(all.report().lost == 0);
}

TEST_CASE("a neighbour in the worker of a plugin that spins is served by the next one") {
    worker_world all({section("evil_spin"), section("evil_search")}, "evil", milliseconds(300));
    all.http.answer(200, "account");
    all.http.answer(200, "account");
    std::vector<std::pair<std::string, operation_request>> both;
    both.emplace_back("evil_spin", request_of(operation_kind::profile));
    both.emplace_back("evil_search", request_of(operation_kind::profile));
    const auto ended = all.perform_all(std::move(both));
    REQUIRE(ended.at(0).has_error());
    CHECK(ended.at(0).error().code == "plugin_hung");
    REQUIRE(ended.at(1).has_value());
    CHECK(ended.at(1)->field("found")->value == "nothing");
    CHECK(all.report().lost <= 2);  // beside its neighbour, and alone: then it is known who hung
}

TEST_CASE("an operation whose worker is lost through another one goes on in the next worker") {
    worker_world all({section("evil_leave"), section("evil_search")}, "evil");
    for (int i = 0; i < 2; ++i) {
        all.http.answer(200, "account");
    }
    std::vector<std::pair<std::string, operation_request>> both;
    both.emplace_back("evil_search", request_of(operation_kind::profile));
    both.emplace_back("evil_leave", request_of(operation_kind::profile));
    const auto ended = all.perform_all(std::move(both));
    REQUIRE(ended.at(0).has_value());
    CHECK(ended.at(0)->field("found")->value == "nothing");
    REQUIRE(ended.at(1).has_error());
    CHECK(ended.at(1).error().code == "plugin_crashed");
    // The answer came, and it is known that it came: nothing is said to be unsent.
    CHECK(ended.at(1).error().sent == request_sent::yes);
    CHECK(all.http.seen.size() == 2);
}

TEST_CASE("a worker that is lost again and again is started again later each time") {
    worker_world all({section("evil_leave")}, "evil");
    operation_failure last;
    for (int i = 0; i < 10 && last.code != "plugin_worker_lost"; ++i) {
        last = all.perform(request_of(operation_kind::refresh), "evil_leave").error();
    }
    REQUIRE(last.code == "plugin_worker_lost");
    CHECK(last.category == failure_category::unavailable);
    CHECK(last.retry_after >= milliseconds(1000));
    CHECK_THAT(last.message, Contains("exit code 0"));
    CHECK(all.report().lost >= 2);
}

TEST_CASE("with a worker for each operation, what one does is nobody else's loss") {
    worker_world all(
        {in(isolation::worker_per_operation, "evil_leave"),
         in(isolation::worker_per_operation, "evil_search")},
        "evil"
    );
    for (int i = 0; i < 4; ++i) {
        CHECK(
            all.perform(request_of(operation_kind::refresh), "evil_leave").error().code ==
            "plugin_crashed"
        );
        CHECK(all.perform(request_of(operation_kind::revoke), "evil_search").has_value());
    }
    CHECK(all.observer.started("evil") >= 8);
}

TEST_CASE("an operation that is cancelled leaves its worker to the others") {
    worker_world all({section("well")});
    {
        boost::asio::cancellation_signal end;
        bool over = false;
        boost::asio::co_spawn(
            all.loop,
            run_operation(
                all.instance("well"), request_of(operation_kind::refresh), all.http, all.time
            ),
            boost::asio::bind_cancellation_slot(
                end.slot(),
                [&over](const std::exception_ptr&, const operation_result&) { over = true; }
            )
        );
        all.http.on_send = [&] {
            boost::asio::post(all.loop, [&end] { end.emit(boost::asio::cancellation_type::all); });
        };
        while (!over) {
            all.loop.run_one();
        }
        all.http.on_send = nullptr;
    }
    all.http.answer(200, "token");
    CHECK(all.perform(request_of(operation_kind::refresh)).has_value());
    CHECK(all.observer.started("well") == 1);
}

TEST_CASE("many workers are started side by side and end with their registry") {
    const auto before = children().size();
    {
        std::vector<provider_settings> sections{section("well"), section("discovering")};
        worker_world all(sections);
        CHECK(children().size() == before + 1);
    }
    CHECK(children().size() == before);
}
