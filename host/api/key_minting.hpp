// Making API keys: for the API, the command line and the first start.
#pragma once

#include "api/key_scopes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/api_keys.hpp"

#include <optional>
#include <string>

namespace tenon::host {

class database;

struct minted_key {
    api_key_row row;  // as it is to be stored
    secret key;       // shown once: nothing of it but its hash and first characters is kept
};

// `tenon_` and 256 random bits in base64url. Stores nothing.
[[nodiscard]] auto mint_key(
    org_id org, std::string name, key_scopes scopes, std::optional<user_id> pinned_user,
    const clock& time, random_source& random
) -> minted_key;

enum class bootstrap_outcome {
    created,
    there_already,
    revoked,  // it was revoked once, and stays so
};

inline constexpr std::size_t shortest_bootstrap_key = 32;

// At the start: makes the operator's own key a key of all scopes, in the organization `default`,
// which is made where it is missing. Blocks. Errors: invalid_request (shorter than
// shortest_bootstrap_key), storage_unavailable.
[[nodiscard]] auto ensure_bootstrap_key(
    database& db, const secret& key, const clock& time, random_source& random
) -> result<bootstrap_outcome>;

// The organization of a host that has one.
[[nodiscard]] auto default_org() -> org_id;
// Makes it where it is missing. Blocks. Error: storage_unavailable.
[[nodiscard]] auto ensure_default_org(database& db, const clock& time) -> result<void>;

}  // namespace tenon::host
