#include "api/probes.hpp"

#include "api/json_writer.hpp"
#include "api/rate_limiter.hpp"
#include "oauth/context.hpp"
#include "oauth/token_cache.hpp"
#include "provider/registry.hpp"
#include "store/changes.hpp"
#include "store/database.hpp"

namespace tenon::host {

namespace {

constexpr milliseconds ready_for{250};

}  // namespace

auto check_database(api_context& api) -> boost::asio::awaitable<check_result> {
    const auto begun = std::chrono::steady_clock::now();
    auto read = [](sql_session& session) -> result<std::int64_t> { return newest_change(session); };
    const auto answered = co_await api.oauth.db.as_service(access::read, read);
    const auto took = std::chrono::steady_clock::now() - begun;
    json_writer detail;
    detail.begin_object()
        .field("engine", api.oauth.db.engine() == sql_engine::sqlite ? "sqlite" : "postgresql")
        .field(
            "latencyMicroseconds",
            std::chrono::duration_cast<std::chrono::microseconds>(took).count()
        )
        .end_object();
    check_result check{"db", answered.has_value() ? "ok" : "down", detail.take()};
    co_return check;
}

auto check_cache(const api_context& api) -> check_result {
    const bool bypassed = api.oauth.cache.bypassed(api.oauth.time.now());
    json_writer detail;
    detail.begin_object()
        .field("kind", "memory")
        .field("entries", api.oauth.cache.size())
        .field("bypassed", bypassed)
        .end_object();
    return {"cache", bypassed ? "degraded" : "ok", detail.take()};
}

auto check_limits(const api_context& api) -> check_result {
    const auto reach = api.limits.reach();
    json_writer detail;
    detail.begin_object()
        .field("kind", reach == limit_reach::host ? "memory" : "redis")
        .field("shared", reach == limit_reach::hosts)
        .end_object();
    return {"limits", reach == limit_reach::host_for_now ? "degraded" : "ok", detail.take()};
}

auto check_plugins(const api_context& api) -> check_result {
    const auto snapshot = api.oauth.providers.snapshot();
    std::size_t enabled = 0;
    std::size_t broken = snapshot->problems.size();
    json_writer names;
    names.begin_array();
    for (const auto& [name, entry] : snapshot->providers) {
        enabled += entry.state == provider_state::enabled ? 1 : 0;
        if (entry.state == provider_state::misconfigured ||
            entry.state == provider_state::undiscovered) {
            ++broken;
            names.value(name);
        }
    }
    json_writer workers;
    workers.begin_array();
    for (const auto& worker : api.oauth.providers.workers()) {
        broken += worker.resting ? 1 : 0;
        workers.begin_object()
            .field("plugin", worker.plugin)
            .field("started", worker.started)
            .field("lost", worker.lost)
            .field("resting", worker.resting)
            .field("lastLoss", worker.last_loss)
            .end_object();
    }
    json_writer detail;
    detail.begin_object()
        .field("loaded", snapshot->plugin_count)
        .field("providersEnabled", enabled)
        .field("refusedFiles", snapshot->problems.size())
        .raw_field("providersInTrouble", names.end_array().take())
        .raw_field("workers", workers.end_array().take())
        .end_object();
    return {"plugins", broken == 0 ? "ok" : "degraded", detail.take()};
}

auto check_ready(api_context& api) -> boost::asio::awaitable<result<void>> {
    if (api.draining.load()) {
        co_return fail(errc::shutting_down, "This host is shutting down.");
    }
    const auto now = api.oauth.time.now();
    const auto last = api.wrote_at.load();
    if (now >= last && now < last + ready_for) {
        co_return result<void>();
    }
    auto written = co_await api.oauth.db.ping_write();
    if (written.has_value()) {
        api.wrote_at.store(now);
    }
    co_return written;
}

}  // namespace tenon::host
