// A history before it happens: what users do, and what goes wrong. Data, so that a failing one can
// be printed, run again and cut down.
#pragma once

#include "dice.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tenon::simulation {

enum class act_kind { connect, read, refresh, disconnect };

struct act {
    std::int64_t at_ms = 0;  // from the beginning
    act_kind kind = act_kind::read;
    int user = 0;
    int account = 0;
    bool rotating = true;  // which provider
    int host = 0;          // the first one asked; where it is down, the next
    int other_host = 0;    // of a connect: where the browser comes back to
    bool twice = false;    // the client, or the browser, sends it again at once
    bool confirm = false;  // of a connect
};

// What goes wrong at a point: a request leaves or arrives, a transaction begins or is committed.
enum class mishap_kind {
    none,
    crash,                 // of the host whose point it is; amount: ms until it starts again
    freeze,                // it stands still for that many ms
    clock_jump,            // its clock jumps by that many ms
    storage_refuses,       // the next write is refused
    storage_keeps_silent,  // the next write is committed, and answered as lost
    storage_is_slow,       // the next transaction takes that many ms
    storage_away,          // nobody can read or write for that many ms
    request_lost,          // the next request never reaches the provider
    answer_lost,           // the provider's answer to the next one is lost
    not_connected,         // the next one can't be sent
    slow_provider,         // the next answer takes that many ms
    provider_hangs,        // the next one is read, and never answered
    too_many_requests,     // 429 with Retry-After
    unavailable,           // 503, not served
    broken_after_serving,  // served, and answered with 500
    html,                  // served, and answered with a page
    delivered_twice,       // the next one that changes no tokens: the network sends it again
    outage,                // of the provider: every request gets 503 for that many ms
    announcement_lost,     // the host does not hear of the next change
    rotate_keys,           // a new key everywhere, then promoted host by host, then all is resealed
    reload                 // of the host's plugins: each is exchanged
};

struct mishap {
    std::int64_t point = 0;  // counted through the history
    mishap_kind kind = mishap_kind::none;
    std::int64_t amount = 0;
};

struct plan {
    std::uint64_t seed = 0;
    int hosts = 1;
    std::int64_t access_life_s = 3'600;
    std::int64_t duration_ms = 0;
    std::int64_t slowest_answer_ms = 60;  // of the providers', where nothing goes wrong
    int pace = 1;  // each wait of a host's takes that many times as long: a busy machine
    std::vector<act> acts;
    std::vector<mishap> mishaps;
};

[[nodiscard]] auto make_plan(std::uint64_t seed) -> plan;
// The same, and at a moment of chance two hosts are asked to refresh one plain grant while its
// provider may be slow: what it takes for a lease that is too short to show, which hosts bear
// otherwise.
[[nodiscard]] auto make_plan_of_two(std::uint64_t seed) -> plan;
[[nodiscard]] auto name_of(act_kind kind) -> std::string;
[[nodiscard]] auto name_of(mishap_kind kind) -> std::string;
// What is in it, a line each.
[[nodiscard]] auto describe(const plan& what) -> std::string;

}  // namespace tenon::simulation
