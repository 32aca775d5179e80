// What is decided about a grant, as pure functions of its state and the time.
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>

namespace tenon::host {

// When a grant's tokens begin and end. Empty: unknown.
struct grant_life {
    time_point issued_at{};
    std::optional<time_point> expires_at;          // of the access token
    std::optional<time_point> refresh_expires_at;  // of the refresh token
    std::optional<time_point> refresh_not_before;  // the provider refuses to renew it earlier
    bool renewable = false;                        // there is something to renew it with
};

enum class read_verdict {
    serve,             // good for what the caller needs, or the freshest that there is
    refresh_and_wait,  // too close to its end: renew it first
    dead,              // past its end, and nothing to renew it with
};

// What a reader gets who needs the token to live for `minimum` from now on. A token younger than a
// fifth of its life is never renewed for that: the next one would live no longer.
[[nodiscard]] auto judge_read(const grant_life& life, time_point now, milliseconds minimum)
    -> read_verdict;

[[nodiscard]] auto is_alive(const grant_life& life, time_point now) -> bool;

// When the scheduler renews it: at 80 % of its life less up to a tenth of what is left (`jitter` in
// [0, 1)), at least 60 s (of a short-lived token: half its life) before the end; a token of two
// weeks and more a week before; never before refresh_not_before; before the refresh token ends.
// Where nothing can renew it: when it ends, for that is to be told. Nothing where its end is not
// known.
[[nodiscard]] auto next_refresh(const grant_life& life, double jitter) -> std::optional<time_point>;

// May it be renewed at all now?
[[nodiscard]] auto may_refresh(const grant_life& life, time_point now) -> bool;
// Can it never be renewed again: nothing to do it with, or that has lapsed?
[[nodiscard]] auto is_over(const grant_life& life, time_point now) -> bool;

// What is known as a refresh is about to begin.
struct departure_facts {
    bool waited_for = false;               // somebody asks for it: it is not the scheduler's
    bool refused = false;                  // the provider refused the token, whatever its end
    bool by_access_token = false;          // what renews the token is the token
    bool rotates = false;                  // a refresh token is used once
    milliseconds reuse_grace{0};           // for this long after its use it is accepted again
    std::optional<time_point> cut_off_at;  // an earlier run began then, and no answer was recorded
    std::int64_t failures = 0;             // in a row
    std::optional<time_point> next_refresh_at;
};
enum class departure {
    go,
    cut_off,  // the earlier run may have used the refresh token up: an ambiguous failure
    spared,   // an ambiguous failure before: not until the access token is dead
    not_now,  // it lives, and can't be renewed, or not yet
    lapsed,   // it is dead, and nothing will ever renew it
};
[[nodiscard]] auto judge_departure(
    const grant_life& life, const departure_facts& facts, time_point now
) -> departure;

// Is it still for the operator to mend that the provider calls a grant dead, one of a burst? Not
// when it has said so for three days (`since`): who left it so long has lost it, and its user must
// know.
[[nodiscard]] auto is_doubted(std::optional<time_point> since, time_point now) -> bool;

// How a refresh failed.
enum class refresh_failure {
    not_sent,       // the request never left: repeat freely
    ambiguous,      // it may have been carried out, and no answer with tokens came
    transient,      // the provider answered: not now (429, 5xx)
    revoked,        // the provider answered: this grant is dead
    misconfigured,  // the provider answered: this client is wrong
    broken,         // an answer that makes no sense
};

struct after_failure {
    bool dead = false;                    // the user must reconnect
    std::optional<time_point> try_again;  // when
    bool keeps_record = false;            // what was recorded is replayed then, for it has tokens
};

struct failure_facts {
    refresh_failure kind = refresh_failure::transient;
    bool holds_grant = false;                 // tokens came, and are recorded, before it failed
    bool rotates = false;                     // a refresh token is used once
    milliseconds reuse_grace{0};              // for this long after its use it is accepted again
    std::int64_t failures_before = 0;         // in a row
    std::optional<milliseconds> retry_after;  // as the provider said
    double jitter = 0;                        // in [0, 1)
};

// With a rotating provider an ambiguous failure is not repeated while the access token lives (the
// refresh token may have been used up, and a second use may revoke the family), unless the provider
// declares a grace; then once it is dead. Tokens that such a provider has given are not asked for
// again. One whose end is unknown lives until it is refused: it is
// repeated when somebody asks.
[[nodiscard]] auto judge_failure(const grant_life& life, const failure_facts& facts, time_point now)
    -> after_failure;

// When a refresh is due again that the provider's limit held for `wait`: behind the hold's end,
// each at another moment (`jitter` in [0, 1)), for many are held together.
[[nodiscard]] auto after_hold(milliseconds wait, double jitter, time_point now) -> time_point;

// A revocation that could not be made.
struct revocation_facts {
    std::int64_t failures_before = 0;
    std::optional<milliseconds> retry_after;  // as the provider said
    double jitter = 0;                        // in [0, 1)
    time_point ends_at{};                     // it is tried until then
};
// When it is tried again: with backoff, not before the provider wishes, and at the end once more.
// Nothing: it is given up, for its time is over, or will be before the provider wishes to be asked.
[[nodiscard]] auto next_revocation(const revocation_facts& facts, time_point now)
    -> std::optional<time_point>;

}  // namespace tenon::host
