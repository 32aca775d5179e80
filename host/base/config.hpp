// The operator's configuration: a YAML file, the environment, and defaults that run as they are.
#pragma once

#include "base/clock.hpp"
#include "base/isolation.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::host {

struct listen_address {
    std::string host;        // an address, without brackets; empty: no listener
    std::uint16_t port = 0;  // 0: any free one
};

// A value for a plugin: scalars as they were written, nested ones as JSON text.
struct config_text {
    std::string text;
    bool is_json = false;
};

// One of `providers:`.
struct provider_section {
    std::string name;    // `slack`, `acme`
    std::string plugin;  // the plugin's provider that serves it; empty: the one, or the catalogue's
                         // entry, of the name
    bool enabled = true;
    std::string client_id;
    std::vector<secret> client_secrets;          // the current one first
    std::string redirect_uri;                    // empty: made from public_url
    std::vector<std::string> scopes;             // empty: the plugin's own
    std::map<std::string, std::string> origins;  // `https://slack.com` -> `http://127.0.0.1:9001`
    std::optional<isolation> run_in;             // empty: as usual for plugins from that folder
    std::map<std::string, config_text> config;   // all other keys, for the plugin to judge
};

struct rate_settings {                            // 0: no limit
    std::size_t connect_per_15_minutes = 10;      // a user
    std::size_t mutations_per_second = 2'000;     // a key
    std::size_t reads_per_second = 50'000;        // a key
    std::size_t callbacks_per_minute = 120;       // a client address
    std::size_t unknown_keys_per_second = 1'000;  // a client address
};

struct limit_settings {
    std::size_t header_bytes = 16UL * 1024;
    std::size_t body_bytes = 1024UL * 1024;
    std::size_t connections = 20'000;
};

struct timeout_settings {
    milliseconds header{10'000};     // from a request's first byte to the end of its header
    milliseconds body{30'000};       // to the end of its body
    milliseconds request{120'000};   // until the handler has answered
    milliseconds idle{75'000};       // between requests
    milliseconds write{30'000};      // for a response to be taken
    milliseconds drain{20'000};      // for what is under way when the host stops
    milliseconds operation{30'000};  // a whole operation at a provider, all its requests
};

struct outbound_settings {
    std::string proxy;                    // `http://proxy:3128`
    std::string no_proxy;                 // names that go directly, comma-separated
    bool proxy_guards_addresses = false;  // the proxy itself refuses networks that aren't public
    std::string ca_file;                  // PEM bundle; empty: the system's
    std::size_t per_origin = 50;          // exchanges at a time
};

struct encryption_settings {
    std::vector<secret> keys;  // as text, the current one first
    std::string key_file;
    secret passphrase;
};

// What a plugin that did not come with the host needs to be loaded.
enum class plugin_requirement {
    pin,        // its digest is the one that the operator approved
    signature,  // one of the operator's keys signed it, and its origins are approved
    none,       // nothing
};

struct plugin_settings {
    plugin_requirement require = plugin_requirement::pin;
    std::vector<std::string> public_keys;  // base64 of 32 bytes each (Ed25519)
};

struct settings {
    listen_address listen{"127.0.0.1", 8080};
    listen_address admin_listen;
    std::string public_url;  // without a trailing slash; empty: see public_url_for()
    std::string data_dir = "var";
    secret database;  // its URL, which may hold a password; never empty after load_settings
    std::size_t database_connections = 0;  // 0: what suits the engine
    bool auto_migrate = true;
    secret redis;                         // its URL; empty: limits count on this host alone
    std::string redis_prefix = "tenon:";  // of all keys there
    std::vector<std::string> redirect_targets{"http://127.0.0.1:*"};
    secret bootstrap_api_key;
    std::vector<std::string> plugin_dirs;  // beside the bundled ones
    plugin_settings plugins;
    std::string catalogue;  // empty: the bundled one
    std::string environment = "production";
    std::size_t threads = 0;  // 0: one a processor
    std::size_t token_cache_entries = 200'000;
    std::size_t audit_days = 0;              // how long the audit log is kept; 0: for ever
    std::size_t credential_reads_days = 90;  // and who read which credential when
    std::size_t revocation_hours = 24;       // how long one that fails is tried again; 0: it is not
    std::size_t refresh_concurrency = 50;    // at once, a provider
    log_level level = log_level::info;
    log_format format = log_format::text;
    std::string tls_certificate;  // PEM chain; with it `listen` speaks https
    std::string tls_private_key;
    bool security_headers = true;
    std::vector<std::string> cors_origins;
    std::vector<std::string> trusted_proxies;
    limit_settings limits;
    timeout_settings timeouts;
    rate_settings rate_limits;
    outbound_settings outbound;
    encryption_settings encryption;
    std::vector<provider_section> providers;
    // Named by NAME_CLIENT_ID and NAME_CLIENT_SECRET alone: providers, where a catalogue knows
    // them. In lower case, with `_` for whatever else their names may have.
    std::vector<provider_section> candidates;
    // Where keys have their values from, `tenon.yaml:12` or a variable's name; see place_of().
    std::map<std::string, std::string> places;
};

using environment_map = std::map<std::string, std::string, std::less<>>;

// The process's own.
[[nodiscard]] auto process_environment() -> environment_map;

// Reads the file (an empty path: none) and the environment. What counts, the strongest first:
// `TENON_…` (a key in upper case, dots as `_`; lists separated by commas), the file, the names that
// people know (`SLACK_CLIENT_ID`, `TOKEN_ENCRYPTION_KEY`, `ENABLE_SLACK_INTEGRATION`), the default.
// In the file `${NAME}` and `${NAME:-default}` stand for a variable; a value that is only an unset
// or empty one counts as absent; `$${` is a plain `${`. Errors: not_found (no such file);
// invalid_request, with every problem at once, each a line of the message and one of the details:
// file and line or variable, key, what is wrong, and what was probably meant. No value of a secret
// is shown.
[[nodiscard]] auto load_settings(
    const std::filesystem::path& path, const environment_map& variables
) -> result<settings>;

// What was read, though it may be refused.
struct examined_settings {
    settings values;
    std::optional<error> refused;  // as load_settings tells it
};
// For who looks at the rest of a configuration that is refused. Errors: load_settings' of a file
// that can't be read at all.
[[nodiscard]] auto examine_settings(
    const std::filesystem::path& path, const environment_map& variables
) -> result<examined_settings>;

// Every key but the providers' with its value as the file would have it; a secret is `(set)` or
// empty. What `tenon config check` prints.
[[nodiscard]] auto describe_settings(const settings& values)
    -> std::vector<std::pair<std::string, std::string>>;

// Where that key, or else what it belongs to, has its value from: `tenon.yaml:12`, of
// `providers.slack.client_id`. Empty: neither the file nor a TENON_… has it.
[[nodiscard]] auto place_of(const settings& values, const std::string& key) -> std::string;

// public_url, or what the listener makes of itself; `port` is the one that was really opened.
[[nodiscard]] auto public_url_for(const settings& values, std::uint16_t port) -> std::string;

}  // namespace tenon::host
