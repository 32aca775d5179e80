#include "provider/registry.hpp"

#include "base/pause.hpp"
#include "base/side_by_side.hpp"
#include "provider/registry_state.hpp"

namespace tenon::host {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

auto known_names(const registry_snapshot& all) -> std::string {
    std::string out;
    for (const auto& [name, entry] : all.providers) {
        out += (out.empty() ? "" : ", ") + name;
    }
    return out;
}

}  // namespace

registry::registry(
    const registry_options& options, outbound_http& http, const clock& time, worker_setup workers
)
    : implementation_(std::make_unique<implementation>(http, time, std::move(workers))) {
    (void)implementation_->rebuild(options);
}

registry::~registry() = default;

auto registry::snapshot() const -> std::shared_ptr<const registry_snapshot> {
    const std::lock_guard lock(implementation_->guard);
    return implementation_->current;
}

auto registry::find(std::string_view name) const -> result<provider_handle> {
    implementation_->settle_here();
    const auto all = snapshot();
    const auto found = all->providers.find(name);
    if (found == all->providers.end()) {
        return fail(
            errc::unknown_provider, "there is no provider '" + std::string(name.substr(0, 64)) +
                                        "'; known are: " + known_names(*all)
        );
    }
    const auto& entry = found->second;
    switch (entry.state) {
        case provider_state::enabled: return entry.instance;
        case provider_state::undiscovered:
            return error{errc::provider_unavailable, entry.message, 5s, {}};
        case provider_state::disabled:
        case provider_state::not_configured:
        case provider_state::misconfigured: break;
    }
    return error{
        errc::provider_disabled,
        entry.name + " is not enabled: " + entry.message,
        {},
        entry.problems};
}

auto registry::acquire(std::string name) -> asio::awaitable<result<provider_handle>> {
    if (implementation_->has_verdict()) {
        co_await implementation_->settle_elsewhere();
    }
    auto found = find(name);
    const bool undiscovered = found.has_error() && found.error().code == errc::provider_unavailable;
    if (undiscovered) {
        if (auto attempt = implementation_->start_attempt(name)) {
            co_await implementation_->discover(std::move(*attempt));
        }
        // Somebody else asks just now: at most as long as one attempt takes.
        for (int i = 0; i < 800 && implementation_->must_wait(name); ++i) {
            co_await pause(25ms);
        }
        found = find(name);
    }
    co_return found;
}

auto registry::keep_discovered() -> asio::awaitable<void> {
    while (true) {
        // An issuer that does not answer keeps nobody waiting for another's metadata.
        std::vector<asio::awaitable<void>> attempts;
        for (auto& name : implementation_->due_names()) {
            if (auto attempt = implementation_->start_attempt(name)) {
                attempts.push_back(implementation_->discover(std::move(*attempt)));
            }
        }
        co_await side_by_side(std::move(attempts));
        co_await implementation_->settle_elsewhere();
        co_await pause(implementation_->next_due());
    }
}

auto registry::workers() const -> std::vector<worker_report> {
    std::vector<worker_report> out;
    const std::lock_guard lock(implementation_->guard);
    for (const auto& worker : implementation_->workers) {
        out.push_back(worker->report());
    }
    return out;
}

auto registry::reload(const registry_options& options) -> std::vector<plugin_report> {
    return implementation_->rebuild(options);
}

auto registry::reload() -> std::vector<plugin_report> {
    return implementation_->rebuild(std::nullopt);
}

}  // namespace tenon::host
