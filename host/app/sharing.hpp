// What this host shares with others about limits, where the configuration names a Redis.
#pragma once

#include "api/metrics.hpp"
#include "api/rate_limiter.hpp"
#include "base/config.hpp"
#include "base/hold_board.hpp"
#include "base/random.hpp"
#include "net/circuit.hpp"
#include "oauth/rate_governor.hpp"

#include <memory>

namespace tenon::host {

// Nothing, where none is named. Reached later, and again and again: a host starts without it.
[[nodiscard]] auto shared_limits_of(
    const settings& values, const clock& time, random_source& random, api_metrics& metrics
) -> std::unique_ptr<shared_limits>;

// What a circuit's change and a client's hold are told to. `board`: null where nothing is shared.
[[nodiscard]] auto circuit_teller(api_metrics& metrics, hold_board* board) -> circuit_listener;
[[nodiscard]] auto client_teller(hold_board* board) -> rate_governor::listener;
// Who keeps to what other hosts found.
void heed_others(
    hold_board& board, circuit_breaker& circuits, rate_governor& clients, const clock& time,
    api_metrics& metrics
);

// Tells and hears, ten times a second, until it is cancelled.
auto keep_sharing(shared_limits& with, rate_limiter& limits, hold_board& board)
    -> boost::asio::awaitable<void>;

}  // namespace tenon::host
