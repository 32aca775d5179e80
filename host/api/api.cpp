#include "api/api.hpp"

#include "api/access_journal.hpp"
#include "api/authenticator.hpp"
#include "api/call.hpp"
#include "api/error_response.hpp"
#include "api/handlers/handlers.hpp"
#include "api/metrics.hpp"
#include "api/routes.hpp"
#include "base/log.hpp"
#include "oauth/background.hpp"
#include "store/database.hpp"
#include "store/idempotency.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::host {

namespace {

constexpr std::array<std::string_view, 4> admin_patterns{
    "/metrics", "/health", "/livez", "/readyz"};
constexpr std::size_t cleaned_at_once = 1'000;
constexpr int seconds_between_cleanings = 60;

auto make_route(api_context& api, const route_spec& spec) -> route {
    route made;
    made.method = spec.method;
    made.pattern = spec.pattern;
    made.name = spec.name;
    made.body = spec.body;
    made.run = [&api, &spec](request from) { return run_call(api, spec, std::move(from)); };
    if (spec.run == handlers::token) {
        made.fast = [&api](const request& from, response& to) {
            return handlers::token_from_memory(api, from, to);
        };
    }
    api.metrics.add_route(spec.pattern);
    return made;
}

auto clean(api_context& api) -> boost::asio::awaitable<void> {
    const auto now = api.oauth.time.now();
    auto erase = [now](sql_session& session) -> result<std::int64_t> {
        return erase_expired_idempotency(session, now, cleaned_at_once);
    };
    // What fails now is tried again in a minute; the door has logged why.
    [[maybe_unused]] const auto erased =
        co_await api.oauth.db.as_service(access::write, std::move(erase));
}

}  // namespace

auto make_routes(api_context& api) -> std::vector<route> {
    std::vector<route> routes;
    for (const auto& spec : route_table()) {
        if (is_open(spec, api.settings)) {
            routes.push_back(make_route(api, spec));
        }
    }
    return routes;
}

auto make_admin_routes(api_context& api) -> std::vector<route> {
    std::vector<route> routes;
    for (const auto& spec : route_table()) {
        if (std::ranges::find(admin_patterns, spec.pattern) != admin_patterns.end()) {
            routes.push_back(make_route(api, spec));
        }
    }
    return routes;
}

auto api_problem(unsigned status, const error& failure, std::string_view request_id) -> response {
    auto answer = failed(failure, request_id);
    answer.status = status;
    return answer;
}

void watch_changes(api_context& api, background_work& background) {
    background.on_change(
        [&api](const change& what) {
            if (what.kind == change::subject_kind::key) {
                api.keys.forget(api_key_id(what.subject));
            }
        },
        [&api] { api.keys.forget_all(); }
    );
}

auto flush_journal(api_context& api) -> boost::asio::awaitable<void> {
    auto flushed = co_await api.journal.flush();
    if (flushed.has_error()) {
        log(log_level::warn, "journal_kept", {{log_key::code, code_of(flushed.error().code)}});
    }
}

auto keep_house(api_context& api) -> boost::asio::awaitable<void> {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    for (int second = 0;; ++second) {
        timer.expires_after(std::chrono::seconds{1});
        co_await timer.async_wait(boost::asio::use_awaitable);
        co_await flush_journal(api);
        if (second % seconds_between_cleanings == 0) {
            co_await clean(api);
        }
    }
}

}  // namespace tenon::host
