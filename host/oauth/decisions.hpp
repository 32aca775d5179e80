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

// When the scheduler renews it: at 80 % of its life less up to a tenth of what is left (`jitter` in
// [0, 1)), at least 60 s (of a short-lived token: half its life) before the end; a token of two
// weeks and more a week before; never before refresh_not_before; before the refresh token ends.
// Nothing where it can't be renewed, or where its end is not known.
[[nodiscard]] auto next_refresh(const grant_life& life, double jitter) -> std::optional<time_point>;

// May it be renewed at all now?
[[nodiscard]] auto may_refresh(const grant_life& life, time_point now) -> bool;

// How a refresh failed.
enum class refresh_failure {
    not_sent,       // the request never left: repeat freely
    ambiguous,      // it may have been received, and no answer came
    transient,      // the provider answered: not now (429, 5xx)
    revoked,        // the provider answered: this grant is dead
    misconfigured,  // the provider answered: this client is wrong
    broken,         // an answer that makes no sense
};

struct after_failure {
    bool dead = false;                    // the user must reconnect
    std::optional<time_point> try_again;  // when
};

struct failure_facts {
    refresh_failure kind = refresh_failure::transient;
    bool rotates = false;                     // a refresh token is used once
    milliseconds reuse_grace{0};              // for this long after its use it is accepted again
    std::int64_t failures_before = 0;         // in a row
    std::optional<milliseconds> retry_after;  // as the provider said
    double jitter = 0;                        // in [0, 1)
};

// With a rotating provider an ambiguous failure is not repeated while the access token lives (the
// refresh token may have been used up, and a second use may revoke the family), unless the provider
// declares a grace; then once it is dead.
[[nodiscard]] auto judge_failure(const grant_life& life, const failure_facts& facts, time_point now)
    -> after_failure;

// After an ambiguous failure: is the refresh token spared until the access token is dead?
[[nodiscard]] auto is_spared(
    const grant_life& life, std::int64_t failures, std::optional<time_point> next_refresh_at,
    time_point now
) -> bool;

}  // namespace tenon::host
