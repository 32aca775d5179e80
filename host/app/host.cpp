#include "app/host.hpp"

#include "api/key_minting.hpp"
#include "app/key_sources.hpp"
#include "app/notify.hpp"
#include "app/option_mapping.hpp"
#include "base/log.hpp"
#include "net/circuit.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace tenon::host {
namespace {

namespace asio = boost::asio;

constexpr milliseconds cut_after{2'000};

auto listener_of(const listen_address& where, const settings& values) -> listener_options {
    listener_options options;
    options.address = where.host;
    options.port = where.port;
    options.certificate_file = values.tls_certificate;
    options.private_key_file = values.tls_private_key;
    return options;
}

auto shown_address(const std::string& host, std::uint16_t port) -> std::string {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

// The first key and organization, where the operator gave one.
auto bootstrap(database& db, const settings& values, const clock& time, random_source& random)
    -> result<void> {
    if (auto made = ensure_default_org(db, time); made.has_error()) {
        return made;
    }
    if (values.bootstrap_api_key.empty()) {
        return {};
    }
    auto outcome = ensure_bootstrap_key(db, values.bootstrap_api_key, time, random);
    if (outcome.has_error()) {
        return outcome.error();
    }
    if (*outcome == bootstrap_outcome::revoked) {
        log(log_level::warn, "bootstrap_api_key was revoked once, and stays so");
    }
    return {};
}

void tell_problems(const registry_snapshot& providers) {
    for (const auto& problem : providers.problems) {
        log(log_level::error, "plugin refused",
            {{log_key::path, problem.path.string()}, {log_key::detail, problem.message}});
    }
    for (const auto& [name, entry] : providers.providers) {
        if (entry.state == provider_state::misconfigured) {
            log(log_level::error, "provider refused",
                {{log_key::provider, name}, {log_key::detail, entry.message}});
            for (const auto& problem : entry.problems) {
                log(log_level::error, "provider refused",
                    {{log_key::provider, name},
                     {log_key::path, problem.field},
                     {log_key::detail, problem.message}});
            }
        }
    }
}

}  // namespace

auto handled_signals() -> sigset_t {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
        sigaddset(&signals, number);
    }
    return signals;
}

auto host_process::make(settings values, std::filesystem::path config)
    -> result<std::unique_ptr<host_process>> {
    if (auto made = make_data_dir(values); made.has_error()) {
        return made.error();
    }
    directory_lock lock;
    if (values.database.reveal().starts_with("sqlite:")) {
        auto taken = directory_lock::take(values.data_dir);
        if (taken.has_error()) {
            return taken.error();
        }
        lock = std::move(*taken);
    }
    system_random random;
    auto keys = load_keyring(values, random);
    if (keys.has_error()) {
        return keys.error();
    }
    auto db = open_configured(values, migrations::as_configured);
    if (db.has_error()) {
        return db.error();
    }
    auto known = catalogue_of(values);
    if (known.has_error()) {
        return known.error();
    }
    auto providers = registry_options_of(values, *known);
    if (providers.has_error()) {
        return providers.error();
    }
    std::unique_ptr<host_process> made(new host_process(
        std::move(values), std::move(config), std::move(*keys), std::move(lock), std::move(*db),
        std::move(*providers), std::move(*known)
    ));
    if (auto same = check_keys(*made->db_, made->sealer_, made->clock_); same.has_error()) {
        return same.error();
    }
    if (auto done = bootstrap(*made->db_, made->settings_, made->clock_, made->random_);
        done.has_error()) {
        return done.error();
    }
    tell_problems(*made->registry_.snapshot());
    return made;
}

host_process::host_process(
    settings values, std::filesystem::path config, keyring keys, directory_lock lock,
    std::unique_ptr<database> db, registry_options providers, catalogue known
)
    : settings_(std::move(values)),
      config_(std::move(config)),
      lock_(std::move(lock)),
      loop_(static_cast<int>(thread_count())),
      sealer_(std::move(keys), random_),
      db_(std::move(db)),
      metrics_(TENON_VERSION),
      outbound_(make_circuit_breaker(
          make_outbound(loop_.get_executor(), outbound_of(settings_)), clock_, circuit_policy{}
      )),
      registry_(providers, *outbound_, clock_),
      cache_(settings_.token_cache_entries),
      oauth_{
          *db_,
          registry_,
          *outbound_,
          sealer_,
          clock_,
          random_,
          cache_,
          statuses_,
          signing_keys_,
          metrics_,
          loop_.get_executor(),
          oauth_options_of(settings_, random_)},
      refresher_(oauth_),
      tokens_(oauth_, refresher_),
      background_(oauth_, refresher_),
      limits_(clock_, limits_of(settings_)),
      keys_(*db_, clock_, limits_, metrics_),
      journal_(*db_, clock_),
      catalogued_(std::move(known)),
      api_{oauth_,   tokens_,     refresher_,
           keys_,    limits_,     journal_,
           metrics_, catalogued_, api_settings_of(settings_)},
      routes_(make_routes(api_)),
      admin_routes_(make_admin_routes(api_)),
      server_(loop_, server_options_of(settings_), clock_, random_, &metrics_) {}

auto host_process::thread_count() const -> std::size_t {
    return settings_.threads != 0 ? settings_.threads
                                  : std::max(1U, std::thread::hardware_concurrency());
}

auto host_process::open_listeners() -> result<void> {
    const auto& where = settings_.listen;
    auto port = server_.listen(listener_of(where, settings_), routes_);
    if (port.has_error()) {
        return port.error();
    }
    oauth_.options.public_url = public_url_for(settings_, *port);
    api_.settings.public_url = oauth_.options.public_url;
    // Flows that begin on the host's own page end on one.
    oauth_.options.redirect_targets.push_back(oauth_.options.public_url + "/connected");
    const std::string scheme = settings_.tls_certificate.empty() ? "http://" : "https://";
    std::cout << "tenon: listening on " << scheme << shown_address(where.host, *port) << '\n';
    const auto& admin = settings_.admin_listen;
    if (!admin.host.empty()) {
        auto admin_port = server_.listen(listener_of(admin, settings_), admin_routes_);
        if (admin_port.has_error()) {
            return admin_port.error();
        }
        std::cout << "tenon: admin on " << scheme << shown_address(admin.host, *admin_port) << '\n';
    }
    return {};
}

void host_process::start_loops() {
    watch_changes(api_, background_);
    background_.start();
    const auto until = [](asio::cancellation_signal& end) {
        return asio::bind_cancellation_slot(end.slot(), asio::detached);
    };
    asio::co_spawn(loop_, keep_house(api_), until(end_house_));
    asio::co_spawn(loop_, registry_.keep_discovered(), until(end_discovery_));
}

auto host_process::run() -> result<void> {
    if (auto opened = open_listeners(); opened.has_error()) {
        return opened.error();
    }
    start_loops();
    std::cout.flush();
    notify_service_manager("READY=1");
    std::vector<std::jthread> threads;
    threads.emplace_back([this] { watch_signals(); });
    for (std::size_t i = 1; i < thread_count(); ++i) {
        threads.emplace_back([this] { loop_.run(); });
    }
    loop_.run();
    return {};
}

// On a thread of its own: they are blocked everywhere else (see serve()), so that none is lost.
void host_process::watch_signals() {
    const auto signals = handled_signals();
    for (int number = 0; ::sigwait(&signals, &number) == 0;) {
        if (number != SIGHUP) {
            asio::co_spawn(loop_, stop_for(number), asio::detached);
            return;
        }
        asio::post(loop_, [this] { reload(); });
    }
}

auto host_process::stop_for(int number) -> asio::awaitable<void> {
    log(log_level::info, "stopping", {{log_key::signal, number}});
    notify_service_manager("STOPPING=1");
    co_await drain();
    loop_.stop();
}

auto host_process::drain() -> asio::awaitable<void> {
    api_.draining = true;
    const auto report = co_await server_.drain(settings_.timeouts.drain, cut_after);
    const bool through = co_await background_.stop(settings_.timeouts.drain);
    end_discovery_.emit(asio::cancellation_type::all);
    end_house_.emit(asio::cancellation_type::all);
    co_await flush_journal(api_);
    if (!through) {
        log(log_level::warn,
            "stopped with refreshes under way: they are taken up at the next start");
        flush_log();
        std::_Exit(EXIT_SUCCESS);  // their coroutines still use what would be destroyed now
    }
    log(log_level::info, "stopped",
        {{log_key::count, report.finished + report.cancelled + report.cut}});
    flush_log();
}

void host_process::reload() {
    auto fresh = load_settings(config_, process_environment());
    if (fresh.has_error()) {
        log(log_level::error, "not reloaded", {{log_key::detail, fresh.error().message}});
        return;
    }
    auto keys = load_keyring(*fresh, random_);
    if (keys.has_error()) {
        log(log_level::error, "not reloaded", {{log_key::detail, keys.error().message}});
        return;
    }
    auto known = catalogue_of(*fresh);
    auto providers = known.has_error() ? result<registry_options>(known.error())
                                       : registry_options_of(*fresh, *known);
    if (providers.has_error()) {
        log(log_level::error, "not reloaded", {{log_key::detail, providers.error().message}});
        return;
    }
    if (auto taken = sealer_.replace(std::move(*keys)); taken.has_error()) {
        log(log_level::error, "not reloaded", {{log_key::detail, taken.error().message}});
        return;
    }
    if (auto same = check_keys(*db_, sealer_, clock_); same.has_error()) {
        log(log_level::error, "keyring", {{log_key::detail, same.error().message}});
    }
    registry_.reload(*providers);
    tell_problems(*registry_.snapshot());
    log(log_level::info, "reloaded", {{log_key::key_id, sealer_.current_key_id()}});
}

}  // namespace tenon::host
