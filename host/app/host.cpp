#include "app/host.hpp"

#include "api/key_minting.hpp"
#include "app/key_sources.hpp"
#include "app/option_mapping.hpp"
#include "base/log.hpp"
#include "net/circuit.hpp"

#include <iostream>
#include <thread>

namespace tenon::host {
namespace {

auto shown_address(const std::string& host, std::uint16_t port) -> std::string {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

// What can be refused while nothing has been made yet.
auto check_before_data(const settings& values) -> result<void> {
    if (auto sound = check_key_sources(values); sound.has_error()) {
        return sound;
    }
    if (auto sound = check_authorities(values); sound.has_error()) {
        return sound;
    }
    for (const auto& where : listeners_of(values)) {
        if (auto sound = check_listener(where, port_in_use::refused); sound.has_error()) {
            return sound;
        }
    }
    return {};
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

}  // namespace

auto host_process::make(settings values, std::filesystem::path config)
    -> result<std::unique_ptr<host_process>> {
    if (auto sound = check_before_data(values); sound.has_error()) {
        return sound.error();
    }
    auto known = catalogue_of(values);
    if (known.has_error()) {
        return known.error();
    }
    auto providers = registry_options_of(values, *known);
    if (providers.has_error()) {
        return providers.error();
    }
    if (auto made = make_data_dir(values); made.has_error()) {
        return made.error();
    }
    auto lock = database_lock::take(values.database.reveal());
    if (lock.has_error()) {
        return lock.error();
    }
    auto db = open_configured(values, migrations::as_service);
    if (db.has_error()) {
        return db.error();
    }
    system_random random;
    auto keys = load_keyring(values, random);
    if (keys.has_error()) {
        return keys.error();
    }
    log(log_level::info, "sealing with an encryption key", {{log_key::key_id, keys->current_id()}});
    std::unique_ptr<host_process> made(new host_process(
        std::move(values), std::move(config), std::move(*keys), std::move(*lock), std::move(*db),
        std::move(*providers), std::move(*known)
    ));
    if (auto same = check_keys(*made->db_, made->sealer_, made->clock_); same.has_error()) {
        return same.error();
    }
    if (auto done = bootstrap(*made->db_, made->settings_, made->clock_, made->random_);
        done.has_error()) {
        return done.error();
    }
    tell_problems(*made->registry_.snapshot(), made->settings_);
    return made;
}

host_process::host_process(
    settings values, std::filesystem::path config, keyring keys, database_lock lock,
    std::unique_ptr<database> db, registry_options providers, catalogue known
)
    : settings_(std::move(values)),
      config_(std::move(config)),
      lock_(std::move(lock)),
      loop_(static_cast<int>(thread_count())),
      sealer_(std::move(keys), random_),
      db_(std::move(db)),
      metrics_(TENON_VERSION),
      shared_(shared_limits_of(settings_, clock_, random_, metrics_)),
      outbound_(make_circuit_breaker(
          make_outbound(loop_.get_executor(), outbound_of(settings_)), clock_, circuit_policy{},
          circuit_teller(metrics_, board())
      )),
      registry_(
          providers, *outbound_, clock_, worker_setup{{}, {}, loop_.get_executor(), &metrics_}
      ),
      cache_(settings_.token_cache_entries),
      governor_(client_teller(board())),
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
          revocations_,
          governor_,
          metrics_,
          loop_.get_executor(),
          oauth_options_of(settings_, random_)},
      refresher_(oauth_),
      tokens_(oauth_, refresher_),
      background_(oauth_, refresher_),
      limits_(clock_, limits_of(settings_), shared_.get()),
      keys_(*db_, clock_, limits_, metrics_, cache_),
      journal_(*db_, clock_),
      catalogued_(std::move(known)),
      api_{
          oauth_,
          tokens_,
          refresher_,
          keys_,
          limits_,
          journal_,
          metrics_,
          catalogued_,
          api_settings_of(settings_),
          [this] { return reload_plugins(); }},
      routes_(make_routes(api_)),
      admin_routes_(make_admin_routes(api_)),
      server_(loop_, server_options_of(settings_), clock_, random_, &metrics_) {}

auto host_process::board() -> hold_board* {
    return shared_ ? &holds_ : nullptr;
}

auto host_process::thread_count() const -> std::size_t {
    return settings_.threads != 0 ? settings_.threads
                                  : std::max(1U, std::thread::hardware_concurrency());
}

auto host_process::open_listeners() -> result<void> {
    const auto listeners = listeners_of(settings_);
    auto port = server_.listen(listeners.front(), routes_);
    if (port.has_error()) {
        return port.error();
    }
    oauth_.options.public_url = public_url_for(settings_, *port);
    api_.settings.public_url = oauth_.options.public_url;
    const std::string scheme = settings_.tls_certificate.empty() ? "http://" : "https://";
    std::cout << "tenon: listening on " << scheme << shown_address(listeners.front().address, *port)
              << '\n';
    if (listeners.size() > 1) {
        const auto& admin = listeners.back();
        auto admin_port = server_.listen(admin, admin_routes_);
        if (admin_port.has_error()) {
            return admin_port.error();
        }
        std::cout << "tenon: admin on " << scheme << shown_address(admin.address, *admin_port)
                  << '\n';
    }
    return {};
}

}  // namespace tenon::host
