// All objects of a running host, in the order in which they need each other.
#pragma once

#include "api/access_journal.hpp"
#include "api/api.hpp"
#include "api/authenticator.hpp"
#include "api/catalogue_listing.hpp"
#include "api/context.hpp"
#include "api/metrics.hpp"
#include "api/rate_limiter.hpp"
#include "app/database_lock.hpp"
#include "app/parts.hpp"
#include "app/sharing.hpp"
#include "base/config.hpp"
#include "base/hold_board.hpp"
#include "base/shared_limits.hpp"
#include "crypto/envelope.hpp"
#include "crypto/random.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "oauth/background.hpp"
#include "oauth/context.hpp"
#include "oauth/id_token.hpp"
#include "oauth/rate_governor.hpp"
#include "oauth/refresh.hpp"
#include "oauth/revocation_watch.hpp"
#include "oauth/status_cache.hpp"
#include "oauth/token.hpp"
#include "oauth/token_cache.hpp"
#include "provider/registry.hpp"

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <memory>
#include <vector>

namespace tenon::host {

// What a running host is told by signals: SIGTERM and SIGINT end it, and a second one at once;
// SIGHUP has it read its configuration anew. To be blocked before any thread starts.
[[nodiscard]] auto handled_signals() -> sigset_t;

// Members are destroyed in reverse: the server and its handlers first, plugins behind all who use
// them, the loop last.
class host_process {
  public:
    // Opens the database, loads keys and plugins, wires the floors; nothing is served yet. Errors:
    // see serve().
    [[nodiscard]] static auto make(settings values, std::filesystem::path config)
        -> result<std::unique_ptr<host_process>>;

    // Opens the listeners, starts the background work, and blocks until a signal has ended it.
    [[nodiscard]] auto run() -> result<void>;

  private:
    host_process(
        settings values, std::filesystem::path config, keyring keys, database_lock lock,
        std::unique_ptr<database> db, registry_options providers, catalogue known
    );

    [[nodiscard]] auto open_listeners() -> result<void>;
    void start_loops();
    void watch_signals();
    auto stop_for(int number) -> boost::asio::awaitable<void>;
    // Takes what a running host can take of the configuration; all of it, or nothing where a part
    // is refused. On the thread of signals: it reads files and loads plugins.
    void reload() noexcept;
    [[nodiscard]] auto take_configuration() -> result<void>;
    auto drain() -> boost::asio::awaitable<void>;
    auto reload_plugins() -> boost::asio::awaitable<std::vector<plugin_report>>;
    // Where holds are told, where they are told at all.
    [[nodiscard]] auto board() -> hold_board*;
    [[nodiscard]] auto thread_count() const -> std::size_t;

    settings settings_;
    std::filesystem::path config_;
    database_lock lock_;
    system_clock clock_;
    system_random random_;
    boost::asio::io_context loop_;
    // What goes on beside requests, and its end.
    boost::asio::strand<boost::asio::io_context::executor_type> tending_{loop_.get_executor()};
    boost::asio::cancellation_signal end_house_, end_discovery_, end_sharing_;
    std::atomic<bool> ended_{false};
    sealer sealer_;
    std::unique_ptr<database> db_;
    api_metrics metrics_;
    hold_board holds_{clock_};
    std::unique_ptr<shared_limits> shared_;  // nothing: limits count on this host alone
    std::unique_ptr<circuit_breaker> outbound_;
    registry registry_;
    token_cache cache_;
    status_cache statuses_{cache_.marks()};
    signing_keys signing_keys_;
    revocation_watch revocations_;
    rate_governor governor_;
    oauth_context oauth_;
    refresher refresher_;
    token_reader tokens_;
    background_work background_;
    rate_limiter limits_;
    authenticator keys_;
    access_journal journal_;
    catalogue_listing catalogued_;
    boost::asio::thread_pool reloader_{1};  // reads and loads plugins that a request asked for
    api_context api_;
    router routes_;
    router admin_routes_;
    server server_;
};

}  // namespace tenon::host
