// Which place each sealed column is: what binds a sealed value to its own row and field.
#pragma once

#include "base/ids.hpp"
#include "crypto/envelope.hpp"
#include "store/keyring_rows.hpp"

namespace tenon::host {

// `grants.access_token`: the field of the place. Never changes once values are stored.
[[nodiscard]] auto field_of(sealed_column column) noexcept -> std::string_view;

// The row of an intent's reply, as the functions below take it.
[[nodiscard]] auto reply_row(std::string_view intent, std::int64_t position) -> std::string;
// The row of any sealed value, as they take it.
[[nodiscard]] auto row_of(const sealed_value& value) -> std::string;

// `row`: the row's id, in hex where that is a hash; of a reply as reply_row says.
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
