// Which providers there are: plugins joined to the operator's configuration.
#pragma once

#include "base/clock.hpp"
#include "base/config.hpp"
#include "base/isolation.hpp"
#include "base/outbound.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "provider/descriptor.hpp"
#include "provider/worker_setup.hpp"

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// A value of the configuration; nested ones travel as JSON text.
struct config_value {
    std::string text;
    bool is_json = false;
};

// One `providers:` section.
struct provider_settings {
    std::string name;    // `slack`, `acme`: the provider's id in the API
    std::string plugin;  // the plugin's provider that serves it; empty: the one of the same name
    bool enabled = true;
    std::string client_id;
    std::vector<secret> client_secrets;  // the current one first
    std::string redirect_uri;            // empty: the caller makes it from public_url
    std::vector<std::string> scopes;     // asked for by default, in place of the descriptor's
    std::map<std::string, std::string> origins;  // `https://slack.com` -> `http://127.0.0.1:9001`
    std::optional<isolation> run_in;             // empty: as usual for plugins from that folder
    std::map<std::string, config_value> config;  // everything else, for the plugin
};

struct registry_options {
    std::vector<std::filesystem::path> plugin_dirs;  // each *.so in them; earlier ones win
    std::vector<provider_settings> providers;
    plugin_settings trust = {};              // what plugins of these folders need to be loaded
    std::filesystem::path bundled_dir = {};  // comes first, and needs nothing; empty: none
    // Where plugins of plugin_dirs run that no section says otherwise of; bundled ones run in the
    // host's process.
    isolation strangers = isolation::worker;
};

enum class provider_state {
    enabled,
    disabled,        // switched off by the operator
    not_configured,  // a plugin without a section of its own
    misconfigured,   // message and problems say what is wrong
    undiscovered,    // the issuer's metadata has not been fetched yet; message says why
};

struct provider_parts;
struct operation_access;

// A provider as it is configured now. Immutable; keeps its plugin loaded as long as anybody holds
// it.
class provider_instance {
  public:
    explicit provider_instance(std::unique_ptr<const provider_parts> parts);
    ~provider_instance();
    provider_instance(const provider_instance&) = delete;
    auto operator=(const provider_instance&) -> provider_instance& = delete;

    [[nodiscard]] auto name() const noexcept -> const std::string&;
    [[nodiscard]] auto about() const noexcept -> const descriptor&;
    [[nodiscard]] auto settings() const noexcept -> const provider_settings&;
    [[nodiscard]] auto supports(operation_kind kind) const noexcept -> bool;
    // What is asked for where the caller names no scopes: the configured ones, else the
    // descriptor's.
    [[nodiscard]] auto default_scopes() const -> std::vector<std::string>;
    // Where a URL really leads: the origin mapping of the settings applied. For the host's own
    // requests to the provider (the JWKS).
    [[nodiscard]] auto mapped(std::string_view url) const -> std::string;

  private:
    friend struct operation_access;
    std::unique_ptr<const provider_parts> parts_;
};

using provider_handle = std::shared_ptr<const provider_instance>;

// What `GET …/providers` and the log say of one provider.
struct provider_entry {
    std::string name;
    provider_state state = provider_state::misconfigured;
    std::string message;                  // why it is not enabled, and what to do; empty if it is
    std::vector<field_problem> problems;  // of the configuration, by key
    std::optional<descriptor> about;      // as far as it is known
    std::string plugin_path;
    provider_handle instance;  // only where state is enabled
};

// A file that was not taken for a plugin.
struct plugin_problem {
    std::filesystem::path path;
    std::string message;
};

enum class plugin_outcome {
    loaded,       // it was not there before
    kept,         // the same bytes
    replaced,     // a new generation takes new operations, the old one ends its own
    refused,      // message says why; what ran before goes on, if it still may
    rolled_back,  // these bytes took over before, broke the contract, and are not tried again
    removed,      // the file is gone
};

// What a reload made of one file.
struct plugin_report {
    std::filesystem::path path;
    plugin_outcome outcome = plugin_outcome::kept;
    std::string message;  // of refused and rolled_back
    std::string digest;   // of what serves now; empty: nothing does
    std::vector<std::string> providers;
};

// All of it at one moment. Immutable.
struct registry_snapshot {
    std::map<std::string, provider_entry, std::less<>> providers;
    std::vector<plugin_problem> problems;
    std::size_t plugin_count = 0;
};

// Any thread. Destroyed after the last coroutine that uses it.
class registry {
  public:
    // Loads the plugins and describes each provider; what is broken is left out and told by its
    // entry. Blocks for as long as it takes to read the files, and for workers to greet: they are
    // started side by side. Never fails as a whole.
    registry(
        const registry_options& options, outbound_http& http, const clock& time,
        worker_setup workers = {}
    );
    ~registry();
    registry(const registry&) = delete;
    auto operator=(const registry&) -> registry& = delete;

    [[nodiscard]] auto snapshot() const -> std::shared_ptr<const registry_snapshot>;

    // The instance of that name, if it is ready now. Errors: unknown_provider, provider_disabled
    // (also where it is misconfigured), provider_unavailable (its issuer's metadata is not there
    // yet). Never blocks.
    [[nodiscard]] auto find(std::string_view name) const -> result<provider_handle>;
    // The same, but fetches the issuer's metadata first where that is missing and the backoff
    // allows it.
    auto acquire(std::string name) -> boost::asio::awaitable<result<provider_handle>>;

    // Fetches issuers' metadata: at once, after failures with backoff, then daily. Runs until it is
    // cancelled; spawn it once.
    auto keep_discovered() -> boost::asio::awaitable<void>;

    // Of each plugin that runs in workers now.
    [[nodiscard]] auto workers() const -> std::vector<worker_report>;

    // Takes a new configuration, or the last one again: instances in use live on until they are let
    // go. What a plugin file holds is read anew; a new generation of it takes over if it is fit to
    // (generation_check.hpp), and gives way again if one of its first operations breaks the
    // contract (generation_trial.hpp). A provider whose metadata is known keeps it. One at a time;
    // blocks for as long as it takes to read the files. What became of each file.
    auto reload(const registry_options& options) -> std::vector<plugin_report>;
    auto reload() -> std::vector<plugin_report>;

  private:
    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace tenon::host
