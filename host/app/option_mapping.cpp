#include "app/option_mapping.hpp"

#include "api/api.hpp"
#include "crypto/random.hpp"

#include <algorithm>

namespace tenon::host {

auto outbound_of(const settings& values) -> outbound_options {
    outbound_options options;
    options.proxy = values.outbound.proxy;
    options.no_proxy = values.outbound.no_proxy;
    options.proxy_guards_addresses = values.outbound.proxy_guards_addresses;
    options.ca_file = values.outbound.ca_file;
    options.per_origin = values.outbound.per_origin;
    options.user_agent = std::string("tenon/") + TENON_VERSION;
    return options;
}

auto oauth_options_of(const settings& values, random_source& random) -> oauth_options {
    oauth_options options;
    options.redirect_targets = values.redirect_targets;
    options.operation_deadline = values.timeouts.operation;
    options.lease = values.timeouts.operation + milliseconds(15'000);
    options.token_cache_entries = values.token_cache_entries;
    options.audit_lifetime = std::chrono::days(values.audit_days);
    options.revocation_lifetime = std::chrono::hours(values.revocation_hours);
    options.reads_lifetime = std::chrono::days(values.credential_reads_days);
    options.refresh_concurrency = values.refresh_concurrency;
    options.sole_owner = values.database.reveal().starts_with("sqlite:");
    // Whoever opens an embedded database next is the owner of what the one before left.
    options.instance = options.sole_owner ? "sole" : random_token(random, 128);
    return options;
}

auto limits_of(const settings& values) -> rate_limits {
    const auto& from = values.rate_limits;
    rate_limits limits;
    limits.connect.count = from.connect_per_15_minutes;
    limits.mutations.count = from.mutations_per_second;
    limits.reads.count = from.reads_per_second;
    limits.callbacks.count = from.callbacks_per_minute;
    limits.unknown_keys.count = from.unknown_keys_per_second;
    return limits;
}

auto api_settings_of(const settings& values) -> api_settings {
    api_settings to;
    to.version = TENON_VERSION;
    to.environment = values.environment;
    to.admin_listener = !values.admin_listen.host.empty();
    to.security_headers = values.security_headers;
    to.cors_configured = !values.cors_origins.empty();
    const auto& times = values.timeouts;
    to.import_time =
        times.request - times.operation - std::min(times.request / 10, milliseconds(10'000));
    return to;
}

auto server_options_of(const settings& values) -> server_options {
    server_options options;
    options.limits.header_bytes = values.limits.header_bytes;
    options.limits.body_bytes = values.limits.body_bytes;
    // As many large bodies as arrive at once on a busy host; the rest is told to wait.
    options.limits.held_bytes = std::max(options.limits.held_bytes, 8 * options.limits.body_bytes);
    options.limits.connections = values.limits.connections;
    options.limits.header_deadline = values.timeouts.header;
    options.limits.body_deadline = values.timeouts.body;
    options.limits.idle_deadline = values.timeouts.idle;
    options.limits.write_deadline = values.timeouts.write;
    options.limits.handler_deadline = values.timeouts.request;
    options.trusted_proxies = values.trusted_proxies;
    options.security_headers = values.security_headers;
    options.cors_origins = values.cors_origins;
    options.problem = api_problem;
    return options;
}

auto listeners_of(const settings& values) -> std::vector<listener_options> {
    std::vector<listener_options> all;
    for (const auto* where : {&values.listen, &values.admin_listen}) {
        if (!where->host.empty()) {
            all.push_back({where->host, where->port, values.tls_certificate, values.tls_private_key}
            );
        }
    }
    return all;
}

}  // namespace tenon::host
