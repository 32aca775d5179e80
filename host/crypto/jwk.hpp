// Public keys of a JWKS (RFC 7517), and signatures checked with them. For this room's sources only.
#pragma once

#include "crypto/openssl.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

enum class jws_algorithm { rs256, rs384, rs512, ps256, es256, es384, ed25519 };

// The algorithm of a header's `alg`; nothing if it is not on the list, which has no `none` and no
// shared secrets.
[[nodiscard]] auto jws_algorithm_of(std::string_view name) noexcept -> std::optional<jws_algorithm>;

struct public_key {
    std::string kid;  // empty if it has none
    key_handle key;
};

// Those keys of the set that may check signatures made with this algorithm. Keys that are damaged,
// too small, or for something else are left out: a set may hold what we do not know (RFC 7517 5).
[[nodiscard]] auto keys_for(const nlohmann::json& jwks, jws_algorithm algorithm)
    -> std::vector<public_key>;

// Whether the key's owner signed that text.
[[nodiscard]] auto signature_matches(
    const public_key& key, jws_algorithm algorithm, std::string_view text,
    std::string_view signature
) -> bool;

}  // namespace tenon::host
