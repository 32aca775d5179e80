#include "benches.hpp"
#include "provider/operation.hpp"
#include "provider/registry.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <ctime>
#include <stdexcept>

namespace tenon::bench {

using namespace host;

namespace {

// Answers at once, from memory: what is left is the host's and the plugin's own work.
class instant_http final : public outbound_http {
  public:
    auto send(outbound_request /*request*/) -> boost::asio::awaitable<outbound_response> override {
        outbound_response answer;
        answer.status = 200;
        answer.sent = request_sent::yes;
        answer.headers.emplace_back("content-type", "application/json");
        answer.body = R"({"sub":"account-1","preferred_username":"bench"})";
        co_return answer;
    }
};

// This thread's: nothing here waits, and other work on the machine does not count.
auto processor_time_us() -> double {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

auto demo_section() -> provider_settings {
    provider_settings demo;
    demo.name = "demo";
    demo.plugin = "oauth2";
    demo.client_id = "bench";
    demo.client_secrets.emplace_back("bench-secret");
    demo.redirect_uri = "http://127.0.0.1/callback";
    const std::string origin = "http://127.0.0.1:9";
    demo.config["authorize_url"] = {origin + "/authorize", false};
    demo.config["token_url"] = {origin + "/token", false};
    demo.config["userinfo_url"] = {origin + "/userinfo", false};
    demo.config["profile"] = {R"({"account_id":"sub","username":"preferred_username"})", true};
    return demo;
}

auto well_section() -> provider_settings {
    provider_settings well;
    well.name = "well";
    well.plugin = "well";
    well.client_id = "bench";
    well.client_secrets.emplace_back("bench-secret");
    well.redirect_uri = "http://127.0.0.1/callback";
    return well;
}

// One operation of one request and its answer again and again: two steps each.
auto operate(
    const provider_handle& provider, outbound_http& http, const clock& time, operation_kind kind,
    int count
) -> boost::asio::awaitable<void> {
    for (int i = 0; i < count; ++i) {
        operation_request request;
        request.kind = kind;
        request.secrets.access_token = secret("token");
        request.secrets.refresh_token = secret("refresh");
        auto done = co_await run_operation(provider, std::move(request), http, time);
        if (done.has_error()) {
            throw std::runtime_error("an operation failed: " + done.error().message);
        }
    }
}

// Microseconds an operation in a worker: as the clock on the wall has it, for two processes work at
// it in turns, and this one's processor time of that.
struct worker_times {
    double wall = 0, own = 0;
};
auto time_in_worker(
    boost::asio::io_context& loop, const provider_handle& provider, operation_kind kind, int count
) -> worker_times {
    system_clock time;
    instant_http http;
    bool done = false;
    std::exception_ptr thrown;
    boost::asio::co_spawn(
        loop, operate(provider, http, time, kind, count),
        [&](std::exception_ptr problem) {
            thrown = std::move(problem);
            done = true;
        }
    );
    const auto begun = std::chrono::steady_clock::now();
    const auto used = processor_time_us();
    while (!done) {
        loop.run_one();
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begun;
    return {took.count() / count, (processor_time_us() - used) / count};
}

// Microseconds an operation.
auto time_of(const provider_handle& provider, operation_kind kind, int count) -> double {
    system_clock time;
    instant_http http;
    boost::asio::io_context context;
    std::exception_ptr thrown;
    boost::asio::co_spawn(
        context, operate(provider, http, time, kind, count),
        [&thrown](std::exception_ptr problem) { thrown = std::move(problem); }
    );
    const auto begun = processor_time_us();
    context.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    return (processor_time_us() - begun) / count;
}

void measure_worker_steps(report& to, const std::string& tenon) {
    system_clock time;
    instant_http http;
    boost::asio::io_context loop;
    worker_setup setup;
    setup.program.path = tenon;
    setup.executor = loop.get_executor();
    registry_options options;
    options.plugin_dirs = {TENON_BENCH_PLUGINS};
    options.trust.require = plugin_requirement::none;
    options.providers = {well_section()};
    registry providers(options, http, time, setup);
    auto provider = providers.find("well");
    if (provider.has_error()) {
        throw std::runtime_error("well, in a worker: " + provider.error().message);
    }
    time_in_worker(loop, *provider, operation_kind::refresh, 2'000);
    const auto took = time_in_worker(loop, *provider, operation_kind::refresh, 20'000);
    constexpr int steps_each = 2;
    to.add(
        {"overhead a plugin step, in the worker process", took.wall / steps_each, 40, better::less,
         "us",
         "the same refresh, " + rounded(took.wall) +
             " us on the clock for both steps and the operation's end, of which the host's "
             "processor time is " +
             rounded(took.own) + " us"}
    );
}

}  // namespace

void measure_steps(report& to, const std::string& plugins, const std::string& tenon) {
    system_clock time;
    instant_http http;
    registry_options options;
    options.bundled_dir = plugins;
    options.plugin_dirs = {TENON_BENCH_PLUGINS};
    options.trust.require = plugin_requirement::none;
    options.strangers = isolation::process;
    options.providers = {demo_section(), well_section()};
    registry providers(options, http, time);
    const auto measure = [&providers](const char* name, operation_kind kind) {
        auto provider = providers.find(name);
        if (provider.has_error()) {
            throw std::runtime_error(std::string(name) + ": " + provider.error().message);
        }
        time_of(*provider, kind, 2'000);
        return time_of(*provider, kind, 20'000);
    };
    constexpr int steps_each = 2;  // the request, and what is made of its answer
    const auto well = measure("well", operation_kind::refresh);
    const auto generic = measure("demo", operation_kind::profile);
    to.add(
        {"overhead a plugin step, in process", well / steps_each, 2, better::less, "us",
         "a refresh through a plugin that does next to nothing, " + rounded(well) +
             " us for both steps; a profile through the generic plugin, whose own work and JSON is "
             "then in it: " +
             rounded(generic) + " us"}
    );
    measure_worker_steps(to, tenon);
}

}  // namespace tenon::bench
