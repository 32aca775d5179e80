// SIGHUP: what a running host takes of a changed configuration.
#include "app/descriptors.hpp"
#include "app/host.hpp"
#include "app/key_sources.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::host {
namespace {

// Read anew; whatever else changes counts from the next start on.
constexpr std::array<std::string_view, 7> taken{
    "log.level",   "tls.certificate", "tls.private_key",    "catalogue",
    "plugin_dirs", "plugins.require", "plugins.public_keys"};

auto is_taken(std::string_view key) -> bool {
    return key.starts_with("encryption.") || std::ranges::find(taken, key) != taken.end();
}

// Whether that key's value differs; `shown` are its values as an operator is shown them, where
// secrets look alike.
auto differs(
    std::string_view name, const settings& running, const settings& fresh,
    const std::pair<std::string_view, std::string_view>& shown
) -> bool {
    if (name == "database") {
        return !running.database.equals(fresh.database);
    }
    if (name == "bootstrap_api_key") {
        return !running.bootstrap_api_key.equals(fresh.bootstrap_api_key);
    }
    return name == "redis" ? !running.redis.equals(fresh.redis) : shown.first != shown.second;
}

// The names of the changed keys that a running host can't take.
auto waiting_keys(const settings& running, const settings& fresh) -> std::string {
    std::string names;
    const auto add = [&names](std::string_view name) {
        names.append(names.empty() ? "" : ", ").append(name);
    };
    const auto before = describe_settings(running);
    const auto after = describe_settings(fresh);
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto& [name, value] = before[i];
        if (differs(name, running, fresh, {value, after[i].second}) && !is_taken(name)) {
            add(name);
        }
    }
    // A listener does not change from http to https.
    if (running.tls_certificate.empty() != fresh.tls_certificate.empty()) {
        add("tls");
    }
    return names;
}

// A line for each file that is not what it was.
void tell_plugins(const std::vector<plugin_report>& reports) {
    for (const auto& one : reports) {
        const auto* const event = one.outcome == plugin_outcome::loaded     ? "plugin loaded"
                                  : one.outcome == plugin_outcome::replaced ? "plugin replaced"
                                  : one.outcome == plugin_outcome::removed  ? "plugin removed"
                                                                            : nullptr;
        if (event != nullptr) {
            log(log_level::info, event,
                {{log_key::path, one.path.string()}, {log_key::version, one.digest}});
        }
    }
}

auto read_anew(registry& all) -> boost::asio::awaitable<std::vector<plugin_report>> {
    auto reports = all.reload();
    tell_plugins(reports);
    co_return reports;
}

}  // namespace

auto host_process::reload_plugins() -> boost::asio::awaitable<std::vector<plugin_report>> {
    auto work = read_anew(registry_);
    co_return co_await boost::asio::co_spawn(
        reloader_, std::move(work), boost::asio::use_awaitable
    );
}

void host_process::reload() noexcept {
    try {
        const auto done = take_configuration();
        if (done.has_error()) {
            log(log_level::error, "not reloaded", {{log_key::detail, done.error().message}});
        }
    } catch (const std::exception& problem) {
        log(log_level::error, "not reloaded", {{log_key::detail, problem.what()}});
    }
}

auto host_process::take_configuration() -> result<void> {
    auto fresh = load_settings(config_, process_environment());
    if (fresh.has_error()) {
        return fresh.error();
    }
    fit_descriptors(*fresh);
    auto keys = load_keyring(*fresh, random_);
    if (keys.has_error()) {
        return keys.error();
    }
    // As at a start: a keyring that lacks a key would leave what is sealed with it unreadable.
    const sealer candidate(*keys, random_);
    if (auto same = check_keys(*db_, candidate, clock_); same.has_error()) {
        return same.error();
    }
    auto known = catalogue_of(*fresh);
    if (known.has_error()) {
        return known.error();
    }
    const auto providers = registry_options_of(*fresh, *known);
    if (providers.has_error()) {
        return providers.error();
    }
    if (!settings_.tls_certificate.empty() && !fresh->tls_certificate.empty()) {
        auto renewed = server_.renew_certificate(fresh->tls_certificate, fresh->tls_private_key);
        if (renewed.has_error()) {
            return renewed.error();
        }
    }
    if (auto replaced = sealer_.replace(std::move(*keys)); replaced.has_error()) {
        return replaced.error();
    }
    tell_plugins(registry_.reload(*providers));
    set_log_level(fresh->level);
    tell_problems(*registry_.snapshot(), *fresh);
    if (const auto waiting = waiting_keys(settings_, *fresh); !waiting.empty()) {
        log(log_level::warn, "changed keys that need a restart", {{log_key::detail, waiting}});
    }
    log(log_level::info, "reloaded", {{log_key::key_id, sealer_.current_key_id()}});
    return {};
}

}  // namespace tenon::host
