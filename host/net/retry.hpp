// How long to wait before asking again: pure functions.
#pragma once

#include "base/clock.hpp"
#include "base/outbound.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tenon::host {

// The value of Retry-After (RFC 9110 10.2.3): seconds, or an HTTP date in any of its three forms,
// taken relative to `now` (in the past: zero). Nothing if it is neither. At most `ceiling`.
[[nodiscard]] auto parse_retry_after(
    std::string_view value, time_point now, std::chrono::seconds ceiling = std::chrono::hours(24)
) -> std::optional<std::chrono::seconds>;

// RFC 9110 5.6.7: IMF-fixdate, RFC 850's and asctime's forms. `now` settles RFC 850's two-digit
// years.
[[nodiscard]] auto parse_http_date(std::string_view text, time_point now)
    -> std::optional<time_point>;

// What an answer says by Retry-After, if it does.
[[nodiscard]] auto retry_after_of(const outbound_response& answer, time_point now)
    -> std::optional<std::chrono::seconds>;

struct backoff_policy {
    milliseconds first{1'000};
    milliseconds ceiling{15 * 60 * 1'000};
    double factor = 2.0;
};

// The wait before the attempt after `failures` failed ones (1 or more): between half and all of
// first*factor^(failures-1), at most the ceiling; `random` (uniform over its range) chooses within,
// so that many do not come back at once.
[[nodiscard]] auto backoff(const backoff_policy& policy, unsigned failures, std::uint64_t random)
    -> milliseconds;

}  // namespace tenon::host
