#include "oauth/health.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

void earliest(std::optional<time_point>& kept, const std::optional<time_point>& other) {
    if (other && (!kept || *other < *kept)) {
        kept = other;
    }
}

// Of what nothing renews the next look is at its end (next_refresh in decisions.hpp); what failed
// to be renewed may be tried again then, and what was put off is due before or after it.
auto is_renewed(const connection_life& life) -> bool {
    return !life.expires_at || (life.next_refresh_at &&
                                (*life.next_refresh_at != *life.expires_at || life.failures > 0));
}

// When the user must come back at the latest, as far as it is known.
auto lapses_at(const connection_life& life) -> std::optional<time_point> {
    return is_renewed(life) ? life.refresh_expires_at : life.expires_at;
}

void judge(health_view& view, connection_health health, std::string reason) {
    if (health > view.health) {
        view.health = health;
        view.reason = std::move(reason);
    }
}

}  // namespace

auto health_of(
    connection_status status, const std::string& status_reason,
    std::span<const connection_life> lives, time_point now
) -> health_view {
    health_view view;
    for (const auto& life : lives) {
        if (is_renewed(life)) {
            earliest(view.next_refresh_at, life.next_refresh_at);
        }
        const auto lapse = lapses_at(life);
        earliest(view.lapses_at, lapse);
        if (life.dead) {
            judge(view, connection_health::needs_reconnect, life.last_failure);
        } else if (life.failures > 0) {
            judge(view, connection_health::degraded, life.last_failure);
        } else if (lapse && *lapse - now < expiring_ahead) {
            judge(
                view, connection_health::expiring,
                is_renewed(life) ? "the provider ends the refresh token then"
                                 : "nothing renews the token"
            );
        }
    }
    if (status == connection_status::expired) {
        judge(view, connection_health::needs_reconnect, status_reason);
    }
    return view;
}

auto to_text(connection_health health) -> std::string_view {
    switch (health) {
        case connection_health::healthy: return "healthy";
        case connection_health::expiring: return "expiring";
        case connection_health::degraded: return "degraded";
        case connection_health::needs_reconnect: return "needs_reconnect";
    }
    return "healthy";
}

}  // namespace tenon::host
