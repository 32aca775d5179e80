#include "provider/registry_state.hpp"

#include "base/log.hpp"
#include "provider/generation_check.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>
#include <set>
#include <utility>

namespace tenon::host {

namespace asio = boost::asio;

registry::implementation::~implementation() {
    if (waiting != nullptr) {
        waiting->join();
    }
}

void registry::implementation::report(const registry_snapshot& all) {
    for (const auto& problem : all.problems) {
        log(log_level::warn, "plugin_refused",
            {{log_key::path, problem.path.string()}, {log_key::detail, problem.message}});
    }
    for (const auto& [name, entry] : all.providers) {
        if (entry.state == provider_state::misconfigured) {
            log(log_level::warn, "provider_misconfigured",
                {{log_key::provider, name}, {log_key::detail, entry.message}});
        }
    }
}

// Without the lock: a worker may take its time.
auto registry::implementation::described(const joined_providers& joined) const
    -> std::vector<provider_entry> {
    std::vector<provider_entry> out;
    for (const auto& [name, draft] : joined.drafts) {
        auto entry = make_entry(*draft, {}, time.now());
        std::unique_lock lock(guard);
        const auto issuer = issuers.find(name);
        const bool same =
            issuer != issuers.end() && entry.about && issuer->second.issuer == entry.about->issuer;
        const auto known = same ? issuer->second.metadata : discovered_metadata();
        lock.unlock();
        if (entry.state == provider_state::undiscovered && !known.json.empty()) {
            entry = make_entry(*draft, known, time.now());
        }
        out.push_back(std::move(entry));
    }
    return out;
}

// Those of providers that serve go on waiting for work; all others are idle.
auto registry::implementation::keep_workers(const registry_snapshot& next)
    -> std::vector<std::shared_ptr<plugin_worker>> {
    std::set<std::shared_ptr<plugin_worker>> serving;
    for (const auto& [name, entry] : next.providers) {
        const auto draft = drafts.find(name);
        const bool serves =
            entry.state == provider_state::enabled || entry.state == provider_state::undiscovered;
        if (draft != drafts.end() && serves && draft->second->seat.worker != nullptr) {
            serving.insert(draft->second->seat.worker);
        }
    }
    std::vector<std::shared_ptr<plugin_worker>> idle;
    for (const auto& one : shelf.running()) {
        for (const auto& worker : one.source->workers()) {
            if (!serving.contains(worker)) {
                idle.push_back(worker);
            }
        }
    }
    workers.assign(serving.begin(), serving.end());
    if (!workers.empty() && waiting == nullptr) {
        waiting = std::make_unique<asio::thread_pool>(1);
    }
    return idle;
}

auto registry::implementation::rebuild(std::optional<registry_options> options)
    -> std::vector<plugin_report> {
    const std::lock_guard lock(reloading);
    if (options) {
        last = std::move(*options);
    }
    const auto fits = [this](const plugin_generation& running, const plugin_generation& next) {
        const auto known = [this](const std::string& name) { return metadata_of(name); };
        return check_generation(running, next, last.providers, known, time.now());
    };
    auto reports = shelf.refresh(last, fits, time.now());
    serve();
    return reports;
}

void registry::implementation::settle_trials() {
    const std::unique_lock lock(reloading, std::try_to_lock);
    if (!lock) {
        return;
    }
    shelf.decided().store(false);
    if (shelf.settle(time.now())) {
        serve();
    }
}

void registry::implementation::settle_here() {
    if (!shelf.decided().load(std::memory_order_relaxed)) {
        return;
    }
    std::unique_lock lock(guard);
    const bool waits = waiting != nullptr;
    lock.unlock();
    if (!waits) {
        settle_trials();
    }
}

auto registry::implementation::settle_elsewhere() -> asio::awaitable<void> {
    std::unique_lock lock(guard);
    auto* const elsewhere = waiting.get();
    lock.unlock();
    if (elsewhere == nullptr) {
        settle_trials();
        co_return;
    }
    auto work = [](implementation& self) -> asio::awaitable<void> {
        self.settle_trials();
        co_return;
    };
    co_await asio::co_spawn(*elsewhere, work(*this), asio::use_awaitable);
}

void registry::implementation::serve() {
    auto plugins = index_plugins(shelf.running());
    auto joined = join(plugins.by_id, last.providers, time.now());
    auto next = std::make_shared<registry_snapshot>();
    next->problems = shelf.problems();
    std::ranges::move(plugins.problems, std::back_inserter(next->problems));
    next->plugin_count = plugins.count;
    next->providers = std::move(joined.entries);
    auto entries = described(joined);
    // What goes may unload a plugin or end a worker: not while others wait for the lock.
    std::shared_ptr<const registry_snapshot> old_snapshot;
    std::map<std::string, std::shared_ptr<const provider_draft>> old_drafts;
    std::unique_lock lock(guard);
    old_snapshot = current;
    for (auto& entry : entries) {
        follow_issuer(entry);
        next->providers.insert_or_assign(entry.name, std::move(entry));
    }
    std::erase_if(issuers, [&](const auto& one) { return !joined.drafts.contains(one.first); });
    old_drafts = std::exchange(drafts, std::move(joined.drafts));
    const auto idle = keep_workers(*next);
    report(*next);
    publish(std::move(next));
    lock.unlock();
    for (const auto& worker : idle) {
        worker->rest();
    }
}

}  // namespace tenon::host
