#include "unit/provider/worker_world.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace tenon::test {

namespace asio = boost::asio;

void counting_observer::worker_started(std::string_view plugin) {
    const std::lock_guard lock(guard_);
    ++started_[std::string(plugin)];
}

void counting_observer::worker_lost(std::string_view /*plugin*/, std::string_view reason) {
    const std::lock_guard lock(guard_);
    ++lost_[std::string(reason)];
}

auto counting_observer::started(const std::string& plugin) const -> int {
    const std::lock_guard lock(guard_);
    const auto found = started_.find(plugin);
    return found == started_.end() ? 0 : found->second;
}

auto counting_observer::lost(const std::string& reason) const -> int {
    const std::lock_guard lock(guard_);
    const auto found = lost_.find(reason);
    return found == lost_.end() ? 0 : found->second;
}

auto worker_setup_of_tests(asio::any_io_executor executor) -> worker_setup {
    worker_setup out;
    out.program = {TENON_TEST_WORKER, {"worker"}};
    out.executor = std::move(executor);
    return out;
}

auto strangers_in(const std::string& folder, std::vector<provider_settings> sections)
    -> registry_options {
    registry_options out;
    out.plugin_dirs = {std::string(TENON_TEST_PLUGINS) + "/" + folder};
    out.providers = std::move(sections);
    out.trust = anything;
    return out;
}

namespace {

auto setup_of(worker_world& all, milliseconds step_deadline) -> worker_setup {
    auto out = worker_setup_of_tests(all.loop.get_executor());
    out.deadlines.step = step_deadline;
    out.observer = &all.observer;
    return out;
}

}  // namespace

worker_world::worker_world(
    std::vector<provider_settings> sections, const std::string& folder, milliseconds step_deadline
)
    : providers(
          strangers_in(folder, std::move(sections)), http, time, setup_of(*this, step_deadline)
      ) {}

auto worker_world::instance(std::string_view name) const -> provider_handle {
    auto found = providers.find(name);
    INFO((found.has_error() ? found.error().message : std::string()));
    REQUIRE(found);
    return *found;
}

auto worker_world::perform_all(std::vector<std::pair<std::string, operation_request>> requests)
    -> std::vector<operation_result> {
    std::vector<std::optional<operation_result>> ended(requests.size());
    std::size_t left = requests.size();
    std::exception_ptr thrown;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto& [name, request] = requests[i];
        asio::co_spawn(
            loop, run_operation(instance(name), std::move(request), http, time),
            [&, i](std::exception_ptr failed, operation_result outcome) {
                thrown = failed ? failed : thrown;
                ended[i].emplace(std::move(outcome));
                --left;
            }
        );
    }
    loop.restart();
    while (left > 0) {
        loop.run_one();
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    std::vector<operation_result> out;
    for (auto& one : ended) {
        out.push_back(std::move(*one));
    }
    return out;
}

auto worker_world::perform(operation_request request, const std::string& name) -> operation_result {
    std::vector<std::pair<std::string, operation_request>> one;
    one.emplace_back(name, std::move(request));
    return perform_all(std::move(one)).front();
}

auto worker_world::report() const -> worker_report {
    const auto all = providers.workers();
    REQUIRE(all.size() == 1);
    return all.front();
}

auto children() -> std::vector<int> {
    std::vector<int> out;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream from(thread.path() / "children");
        for (int id = 0; from >> id;) {
            out.push_back(id);
        }
    }
    return out;
}

}  // namespace tenon::test
