#include "app/sharing.hpp"

#include "base/log.hpp"
#include "base/pause.hpp"
#include "base/redis_url.hpp"
#include "redis/redis_limits.hpp"

namespace tenon::host {
namespace {

constexpr milliseconds told_every{100};
constexpr std::string_view circuit_kind = "circuit";
constexpr std::string_view client_kind = "client";

}  // namespace

auto shared_limits_of(
    const settings& values, const clock& time, random_source& random, api_metrics& metrics
) -> std::unique_ptr<shared_limits> {
    if (values.redis.empty()) {
        return nullptr;
    }
    redis_options options;
    options.address = parse_redis_url(values.redis).value();  // the configuration was checked
    options.prefix = values.redis_prefix;
    options.listener = [&metrics](bool reachable) { metrics.set_redis_up(reachable); };
    return make_redis_limits(std::move(options), time, random);
}

auto circuit_teller(api_metrics& metrics, hold_board* board) -> circuit_listener {
    return [&metrics, board](std::string_view origin, circuit_state state, milliseconds open_for) {
        metrics.circuit_changed(origin, state);
        const bool opened = state == circuit_state::open;
        log(opened ? log_level::warn : log_level::info,
            opened ? "provider fails: not asked for a while" : "provider is asked again",
            {{log_key::address, origin}});
        if (board != nullptr) {
            board->post(circuit_kind, origin, open_for);
        }
    };
}

auto client_teller(hold_board* board) -> rate_governor::listener {
    if (board == nullptr) {
        return {};
    }
    return [board](const limited_client& client, milliseconds span) {
        board->post(client_kind, client.text(), span);
    };
}

void heed_others(
    hold_board& board, circuit_breaker& circuits, rate_governor& clients, const clock& time,
    api_metrics& metrics
) {
    board.hear(
        std::string(circuit_kind),
        [&circuits, &metrics](std::string_view origin, milliseconds span) {
            const bool opened = span > milliseconds(0);
            circuits.heed(origin, span);
            metrics.circuit_changed(origin, opened ? circuit_state::open : circuit_state::closed);
            log(log_level::info,
                opened ? "provider fails at another host: not asked here either"
                       : "provider is asked again, as another host found",
                {{log_key::address, origin}});
        }
    );
    board.hear(
        std::string(client_kind),
        [&clients, &time](std::string_view name, milliseconds span) {
            const limited_client client{std::string(name)};
            clients.heed(client, span, time.now());
            log(log_level::info,
                span > milliseconds(0)
                    ? "provider limits this client at another host: its requests wait"
                    : "provider limits this client no longer",
                {{log_key::provider, provider_of(client)}});
        }
    );
}

auto keep_sharing(shared_limits& with, rate_limiter& limits, hold_board& board)
    -> boost::asio::awaitable<void> {
    for (;;) {
        co_await board.exchange(with);
        co_await limits.exchange();
        co_await pause(told_every);
    }
}

}  // namespace tenon::host
