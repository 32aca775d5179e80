// What the verbs answer with: no secret in any of these but token_answer.
#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

// `pending`: parked until the user confirms. `expired`: the user must reconnect.
enum class connection_status { connected, expired, pending };

[[nodiscard]] auto to_text(connection_status status) -> std::string_view;

// From good to bad. expiring: the user must reconnect before long; degraded: the last refresh did
// not work out, and is tried again.
enum class connection_health { healthy, expiring, degraded, needs_reconnect };

struct health_view {
    connection_health health = connection_health::healthy;
    std::string reason;                         // empty where it is healthy
    std::optional<time_point> next_refresh_at;  // the first of its grants'
    std::optional<time_point> lapses_at;        // when the user must have reconnected
};

struct connection_view {
    connection_id id;
    user_id user;
    provider_id provider;
    account_id account;
    connection_status status = connection_status::connected;
    std::string status_reason;             // for an expired one: why, and what to do
    std::optional<time_point> expires_at;  // of the main slot's access token
    health_view health;                    // of all its slots; of one that is not pending
    std::string scope;                     // granted, space-separated
    std::string metadata_json;             // an object, byte for byte as it was stored
    time_point created_at{};
    time_point updated_at{};
};

struct connection_page {
    std::vector<connection_view> items;
    std::optional<std::string> next_cursor;
};

struct token_answer {
    connection_id connection;  // whose token it is: reads are accounted for by it
    secret access_token;
    std::string token_type;
    std::string scope;
    std::optional<time_point> expires_at;
    std::int64_t generation = 0;
    std::string base_url;  // empty: the provider has one for all
};

// What became of one set of tokens at disconnect.
struct revocation {
    std::string slot;
    std::string outcome;  // revoked | unsupported | failed | kept (another connection uses it) |
                          // nothing (no token was left) | pending (it is tried again)
};

// Which account a call means: the provider's account id, or a connection id.
struct account_selector {
    provider_id provider;
    std::string account;
};

}  // namespace tenon::host
