// From a stored grant to what decisions and readers need of it.
#pragma once

#include "oauth/context.hpp"
#include "oauth/decisions.hpp"
#include "oauth/token_cache.hpp"
#include "oauth/views.hpp"
#include "provider/operation.hpp"
#include "provider/registry.hpp"
#include "store/grants.hpp"

namespace tenon::host {

// `provider` null: it is not configured now, and nothing can be renewed.
[[nodiscard]] auto life_of(const grant_row& row, const provider_instance* provider) -> grant_life;

// What the answer said, else what the token itself says (JWT `exp`), else the provider's default;
// empty: unknown. The default only where `life` is renewable: an assumption makes a refresh early,
// but never a token useless.
[[nodiscard]] auto expiry_of(
    const granted& tokens, time_point issued_at, const grant_life& life,
    const provider_instance& provider
) -> std::optional<time_point>;

// From when the token can be refreshed: as stated, else by the provider's rule; empty: at any time.
[[nodiscard]] auto refresh_start_of(
    const granted& tokens, time_point issued_at, const provider_instance& provider
) -> std::optional<time_point>;

// When the refresh token ends: as stated, else by the provider's default; empty: unknown, or there
// is none.
[[nodiscard]] auto refresh_expiry_of(
    const granted& tokens, time_point issued_at, const provider_instance& provider
) -> std::optional<time_point>;

// The same end, but no later than the provider's absolute lifetime after the user's consent: beyond
// it nothing is refreshed, whatever was stated.
[[nodiscard]] auto within_lifetime(
    std::optional<time_point> refresh_expires_at, time_point authorized_at,
    const provider_instance& provider
) -> std::optional<time_point>;

[[nodiscard]] auto to_cached(const grant_row& row, const provider_instance* provider)
    -> std::shared_ptr<const cached_grant>;

// Opens the token. Error: internal.
[[nodiscard]] auto to_answer(const sealer& seal, const cached_grant& grant) -> result<token_answer>;

// In [0, 1).
[[nodiscard]] auto random_fraction(random_source& random) -> double;

}  // namespace tenon::host
