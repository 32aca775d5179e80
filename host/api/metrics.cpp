#include "api/metrics.hpp"

#include "api/metric_series.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <map>

namespace tenon::host {

namespace {

auto resident_bytes() -> double {
    std::ifstream statm("/proc/self/statm");
    double total = 0;
    double resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

auto word_of(expiry_cause cause) -> std::string {
    switch (cause) {
        case expiry_cause::revoked: return "revoked";
        case expiry_cause::lapsed: return "lapsed";
    }
    return {};
}

auto word_of(alarm_cause cause) -> std::string {
    switch (cause) {
        case alarm_cause::client_refused: return "client_refused";
        case alarm_cause::refusals: return "refusals";
        case alarm_cause::other_account: return "other_account";
        case alarm_cause::rate_limited: return "rate_limited";
    }
    return {};
}

}  // namespace

struct api_metrics::implementation {
    using counters = prometheus::Family<prometheus::Counter>;
    using gauges = prometheus::Family<prometheus::Gauge>;
    using histograms = prometheus::Family<prometheus::Histogram>;

    auto counter(const char* name, const char* help) -> counters& {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    auto gauge(const char* name, const char* help) -> gauges& {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    }
    auto histogram(const char* name, const char* help) -> histograms& {
        return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    }

    prometheus::Registry registry;
    counters& requests =
        counter("tenon_http_requests_total", "Answers by route pattern and status");
    histograms& request_seconds =
        histogram("tenon_http_request_seconds", "Time to answer by route pattern");
    counters& operations = counter(
        "tenon_provider_operations_total",
        "Provider operations by outcome, refreshes among them: ok, or why it was not (timeout, "
        "dns, unreachable, tls, reset, http_5xx, circuit_open, rate_limited, revoked and others)"
    );
    histograms& operation_seconds =
        histogram("tenon_provider_operation_seconds", "Time a provider operation took");
    counters& expired = counter(
        "tenon_connections_expired_total", "Connections whose user must reconnect, by reason"
    );
    counters& alarms =
        counter("tenon_provider_alarms_total", "Times that an operator should look at a provider");
    counters& revocations = counter(
        "tenon_revocations_total",
        "Tokens to be revoked, by outcome; pending: tried again, and counted again then"
    );
    counters& token_reads = counter(
        "tenon_token_reads_total", "Token reads: from the cache, missed, waited for a refresh"
    );
    counters& key_lookups = counter(
        "tenon_key_lookups_total", "API keys: found in the cache, looked up, refused unseen"
    );
    counters& workers_started =
        counter("tenon_plugin_workers_started_total", "Worker processes started, by plugin");
    counters& workers_lost = counter(
        "tenon_plugin_workers_lost_total",
        "Worker processes that a plugin ended or made the host end, by plugin and reason"
    );
    gauges& circuits =
        gauge("tenon_circuit_open", "1: the origin fails, and is not asked for a while");
    gauges& redis =
        gauge("tenon_redis_up", "1: limits count for all hosts; 0: each host's for itself");
    state_series connections{
        gauge("tenon_connections", "Connections by provider and status, of all hosts"), "status"};
    state_series grants{
        gauge(
            "tenon_grants",
            "Grants by provider and health, of all hosts: healthy, expiring, degraded, "
            "needs_reconnect"
        ),
        "health"};
    state_series lapsing{
        gauge(
            "tenon_grants_lapsing",
            "Grants that end unless their user consents anew, by provider and within how long: 7d, "
            "30d, 90d, each with those of the one before"
        ),
        "within"};
    gauges& in_flight = gauge("tenon_refreshes_in_flight", "Refreshes that run now");
    gauges& owed =
        gauge("tenon_revocations_owed", "Revocations that failed, to be tried again, of all hosts");
    gauges& counted_at = gauge(
        "tenon_counted_timestamp_seconds",
        "When tenon_connections, tenon_grants and the like were counted: in the background, by a "
        "scrape that found them older than a minute, or than 99 times as long as counting took"
    );
    gauges& memory = gauge("process_resident_memory_bytes", "Resident memory");
    gauges& build = gauge("tenon_build_info", "1, labelled with the version");

    prometheus::Counter& hits = token_reads.Add({{"how", "hit"}});
    prometheus::Counter& misses = token_reads.Add({{"how", "miss"}});
    prometheus::Counter& waits = token_reads.Add({{"how", "waited"}});
    prometheus::Counter& key_hits = key_lookups.Add({{"how", "hit"}});
    prometheus::Counter& key_misses = key_lookups.Add({{"how", "miss"}});
    prometheus::Counter& key_refusals = key_lookups.Add({{"how", "refused"}});
    prometheus::Gauge& open =
        gauge("tenon_http_connections", "Client connections that are open").Add({});
    prometheus::Counter& turned_away =
        counter("tenon_http_connections_refused_total", "Client connections beyond the limit")
            .Add({});
    prometheus::Gauge& running = in_flight.Add({});
    prometheus::Gauge& resident = memory.Add({});

    // Filled before serving, then only read: no lock.
    std::map<std::string, std::unique_ptr<route_metric>, std::less<>> routes;
    route_metric unmatched{requests, request_seconds, {{"route", "unmatched"}}};
};

api_metrics::api_metrics(std::string_view version)
    : implementation_(std::make_unique<implementation>()) {
    implementation_->build.Add({{"version", std::string(version)}}).Set(1);
}

api_metrics::~api_metrics() = default;

void api_metrics::add_route(std::string_view pattern) {
    auto& entry = implementation_->routes[std::string(pattern)];
    if (entry == nullptr) {
        const prometheus::Labels labels{{"route", std::string(pattern)}};
        entry = std::make_unique<route_metric>(
            implementation_->requests, implementation_->request_seconds, labels
        );
    }
}

void api_metrics::answered(
    std::string_view route, unsigned status, std::chrono::nanoseconds duration
) noexcept {
    const auto found = implementation_->routes.find(route);
    auto& metric =
        found == implementation_->routes.end() ? implementation_->unmatched : *found->second;
    metric.answered(status, std::chrono::duration<double>(duration).count());
}

void api_metrics::connection_opened() noexcept {
    implementation_->open.Increment();
}
void api_metrics::connection_refused() noexcept {
    implementation_->turned_away.Increment();
}
void api_metrics::connection_closed() noexcept {
    implementation_->open.Decrement();
}

void api_metrics::operation_ended(
    std::string_view provider, std::string_view operation, std::string_view outcome, double seconds
) {
    const prometheus::Labels labels{
        {"provider", label_of(provider)}, {"operation", label_of(operation)}};
    implementation_->operation_seconds.Add(labels, metric_buckets()).Observe(seconds);
    auto with_outcome = labels;
    with_outcome.emplace("outcome", label_of(outcome));
    implementation_->operations.Add(with_outcome).Increment();
}

void api_metrics::connection_expired(std::string_view provider, expiry_cause cause) {
    implementation_->expired.Add({{"provider", label_of(provider)}, {"reason", word_of(cause)}}
    ).Increment();
}

void api_metrics::provider_alarm(std::string_view provider, alarm_cause cause) {
    implementation_->alarms.Add({{"provider", label_of(provider)}, {"reason", word_of(cause)}}
    ).Increment();
}

void api_metrics::circuit_changed(std::string_view origin, circuit_state state) {
    const bool open = state == circuit_state::open;
    implementation_->circuits.Add({{"origin", std::string(origin)}}).Set(open ? 1 : 0);
}

void api_metrics::set_redis_up(bool up) {
    implementation_->redis.Add({}).Set(up ? 1 : 0);
}

void api_metrics::revocation_ended(std::string_view provider, std::string_view outcome) {
    implementation_->revocations
        .Add({{"provider", label_of(provider)}, {"outcome", label_of(outcome)}})
        .Increment();
}

void api_metrics::token_read(std::string_view how) {
    auto& counter = how == "hit"      ? implementation_->hits
                    : how == "waited" ? implementation_->waits
                                      : implementation_->misses;
    counter.Increment();
}

void api_metrics::worker_started(std::string_view plugin) {
    implementation_->workers_started.Add({{"plugin", label_of(plugin)}}).Increment();
}

void api_metrics::worker_lost(std::string_view plugin, std::string_view reason) {
    implementation_->workers_lost.Add({{"plugin", label_of(plugin)}, {"reason", label_of(reason)}}
    ).Increment();
}

void api_metrics::key_looked_up(std::string_view how) {
    auto& counter = how == "hit"    ? implementation_->key_hits
                    : how == "miss" ? implementation_->key_misses
                                    : implementation_->key_refusals;
    counter.Increment();
}

void api_metrics::set_refreshes_in_flight(std::size_t count) {
    implementation_->running.Set(static_cast<double>(count));
}

void api_metrics::set_counted_at(time_point at) {
    const std::chrono::duration<double> since_epoch = at.time_since_epoch();
    implementation_->counted_at.Add({}).Set(since_epoch.count());
}

void api_metrics::set_revocations_owed(std::int64_t count) {
    implementation_->owed.Add({}).Set(static_cast<double>(count));
}

void api_metrics::set_connections(const std::vector<state_gauge>& counts) {
    implementation_->connections.set(counts);
}

void api_metrics::set_grants(const std::vector<state_gauge>& counts) {
    implementation_->grants.set(counts);
}

void api_metrics::set_grants_lapsing(const std::vector<state_gauge>& counts) {
    implementation_->lapsing.set(counts);
}

auto api_metrics::text() const -> std::string {
    implementation_->resident.Set(resident_bytes());
    return prometheus::TextSerializer().Serialize(implementation_->registry.Collect());
}

}  // namespace tenon::host
