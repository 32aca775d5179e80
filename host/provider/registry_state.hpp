// What the registry keeps, and how it learns about issuers. For this room's own use.
#pragma once

#include "provider/discovery.hpp"
#include "provider/plugin_shelf.hpp"
#include "provider/registry.hpp"
#include "provider/registry_loader.hpp"

#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace tenon::host {

// What is known of one provider's issuer.
struct issuer_state {
    std::string issuer;
    discovered_metadata metadata;
    time_point due{};  // when to ask (again)
    unsigned failures = 0;
    bool in_flight = false;
};

struct registry::implementation {
    implementation(outbound_http& client, const clock& wall, worker_setup workers_run)
        : http(client), time(wall), shelf(std::move(workers_run)) {}
    ~implementation();
    implementation(const implementation&) = delete;
    auto operator=(const implementation&) -> implementation& = delete;

    struct attempt {
        std::string name;
        std::shared_ptr<const provider_draft> draft;
        discovery_request request;
    };

    // Without options: by the last ones.
    auto rebuild(std::optional<registry_options> options) -> std::vector<plugin_report>;
    // Joins what runs with the configuration. Under `reloading`.
    void serve();
    // Lets trials have their consequences, unless a reload is under way. Blocks for as long as
    // workers take to describe what serves next.
    void settle_trials();
    // The same where a loop runs: a thread of its own waits for workers. Nobody who asks meanwhile
    // gets a generation that has failed.
    auto settle_elsewhere() -> boost::asio::awaitable<void>;
    // For who can't wait: only where no worker would be waited for.
    void settle_here();
    [[nodiscard]] auto has_verdict() const noexcept -> bool { return shelf.decided().load(); }
    [[nodiscard]] auto metadata_of(const std::string& name) -> discovered_metadata;
    void publish(std::shared_ptr<const registry_snapshot> next) { current = std::move(next); }
    void follow_issuer(const provider_entry& entry);
    static void report(const registry_snapshot& all);
    auto start_attempt(const std::string& name) -> std::optional<attempt>;
    auto discover(attempt one) -> boost::asio::awaitable<void>;
    // What the metadata makes of the draft: described by a worker, it is waited for elsewhere.
    auto describe(std::shared_ptr<const provider_draft> draft, discovered_metadata found)
        -> boost::asio::awaitable<provider_entry>;
    void settle(const attempt& one, result<discovered_metadata> found, provider_entry entry);
    void adopt(
        const attempt& one, issuer_state& state, discovered_metadata found, provider_entry entry
    );
    auto described(const joined_providers& joined) const -> std::vector<provider_entry>;
    auto keep_workers(const registry_snapshot& next) -> std::vector<std::shared_ptr<plugin_worker>>;
    auto due_names() -> std::vector<std::string>;
    auto next_due() -> milliseconds;
    auto must_wait(const std::string& name) -> bool;

    outbound_http& http;
    const clock& time;
    std::mutex reloading;  // taken before `guard`; the next two
    registry_options last;
    plugin_shelf shelf;
    // Where workers are waited for while the loop runs: made with the first worker.
    std::unique_ptr<boost::asio::thread_pool> waiting;
    mutable std::mutex guard;  // everything below
    std::shared_ptr<const registry_snapshot> current = std::make_shared<registry_snapshot>();
    std::map<std::string, std::shared_ptr<const provider_draft>> drafts;
    std::map<std::string, issuer_state> issuers;
    std::vector<std::shared_ptr<plugin_worker>> workers;
};

}  // namespace tenon::host
