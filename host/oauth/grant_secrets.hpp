// What a grant's operation may name, opened; the credentials of a connect without a redirect as
// bytes.
#pragma once

#include "crypto/envelope.hpp"
#include "provider/operation.hpp"
#include "store/grants.hpp"

namespace tenon::host {

using credential_map = std::map<std::string, secret, std::less<>>;

// Access token, refresh token and credentials, as far as there are any. Error: internal.
[[nodiscard]] auto open_secrets(const sealer& seal, const grant_row& grant)
    -> result<operation_secrets>;
// Only the credentials. Error: internal.
[[nodiscard]] auto open_credentials(const sealer& seal, const grant_row& grant)
    -> result<credential_map>;

// A JSON object of texts, to be sealed; empty where there are none.
[[nodiscard]] auto credentials_to_json(const credential_map& credentials) -> secret;
// Error: internal.
[[nodiscard]] auto credentials_from_json(const secret& bytes) -> result<credential_map>;

}  // namespace tenon::host
