// Which place each sealed column is: what binds a sealed value to its own row and field.
#pragma once

#include "base/ids.hpp"
#include "crypto/envelope.hpp"
#include "store/keyring_rows.hpp"

namespace tenon::host {

// `grants.access_token`: the field of the place. Never changes once values are stored.
[[nodiscard]] auto field_of(sealed_column column) noexcept -> std::string_view;

// `row` as sealed_value::row has it: the row's id, in hex where that is a hash, `INTENT/POSITION`
// of a reply.
[[nodiscard]] auto seal_for(
    const sealer& seal, const org_id& org, std::string_view row, sealed_column column,
    std::string_view plaintext
) -> std::string;
// Error: internal, as sealer::open.
[[nodiscard]] auto open_from(
    const sealer& seal, const org_id& org, std::string_view row, sealed_column column,
    std::string_view sealed
) -> result<secret>;

}  // namespace tenon::host
