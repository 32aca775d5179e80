// What operators and their machines ask: health, liveness, readiness, metrics, the contract itself.
#include "api/handlers/handlers.hpp"
#include "api/json_writer.hpp"
#include "api/metrics.hpp"
#include "api/openapi.hpp"
#include "api/probes.hpp"
#include "api/rate_limiter.hpp"
#include "crypto/envelope.hpp"
#include "oauth/refresh.hpp"

#include <algorithm>

namespace tenon::host::handlers {

namespace {

auto worst_of(const std::vector<check_result>& checks) -> std::string {
    const auto has = [&checks](std::string_view status) {
        return std::ranges::any_of(checks, [status](const auto& one) {
            return one.status == status;
        });
    };
    return has("down") ? "down" : has("degraded") ? "degraded" : "ok";
}

auto health_json(const api_context& api, const std::vector<check_result>& checks) -> std::string {
    json_writer json(768);
    json.begin_object()
        .field("status", worst_of(checks))
        .field("timestamp", api.oauth.time.now())
        .field("version", api.settings.version)
        .field("environment", api.settings.environment);
    json.key("checks").begin_object();
    for (const auto& one : checks) {
        json.key(one.name).begin_object().field("status", one.status);
        json.raw_field("detail", one.detail_json).end_object();
    }
    json.end_object();
    json.key("security")
        .begin_object()
        .field("rateLimitingEnabled", api.limits.enabled())
        .field("securityHeadersEnabled", api.settings.security_headers)
        .field("encryptionConfigured", !api.oauth.seal.current_key_id().empty())
        .field("corsConfigured", api.settings.cors_configured)
        .end_object();
    return json.end_object().take();
}

}  // namespace

auto health(call& mine) -> answer {
    const auto which = mine.http.query_value("check").value_or("all");
    const bool all = which == "all";
    if (!all && which != "db" && which != "cache" && which != "plugins" && which != "limits") {
        co_return fail(errc::invalid_request, "check must be all, db, cache, plugins or limits.");
    }
    std::vector<check_result> checks;
    if (all || which == "db") {
        auto database = co_await check_database(mine.api);
        checks.push_back(std::move(database));
    }
    if (all || which == "cache") {
        checks.push_back(check_cache(mine.api));
    }
    if (all || which == "plugins") {
        checks.push_back(check_plugins(mine.api));
    }
    if (all || which == "limits") {
        checks.push_back(check_limits(mine.api));
    }
    auto to = json_response(worst_of(checks) == "down" ? 503 : 200, health_json(mine.api, checks));
    to.no_store = true;
    co_return to;
}

auto livez(call& /*mine*/) -> answer {
    co_return json_response(200, R"({"status":"alive"})");
}

auto readyz(call& mine) -> answer {
    auto ready = co_await check_ready(mine.api);
    if (ready.has_error()) {
        co_return ready.error();
    }
    co_return json_response(200, R"({"status":"ready"})");
}

auto metrics(call& mine) -> answer {
    mine.api.metrics.set_refreshes_in_flight(mine.api.refresh.in_flight());
    count_if_old(mine.api);
    co_return text_response(
        200, "text/plain; version=0.0.4; charset=utf-8", mine.api.metrics.text()
    );
}

auto openapi(call& mine) -> answer {
    auto& api = mine.api;
    std::call_once(api.described, [&api] { api.openapi = openapi_json(api.settings); });
    co_return json_response(200, api.openapi);
}

}  // namespace tenon::host::handlers
