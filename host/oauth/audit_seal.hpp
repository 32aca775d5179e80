// The head of an audit chain under its seal. For the sources of the chain only.
#pragma once

#include "crypto/envelope.hpp"
#include "store/audit_heads.hpp"

namespace tenon::host {

// Does the head say what was sealed? Error: internal.
[[nodiscard]] auto check_head(const sealer& seal, const audit_head& head) -> result<void>;
// Seals and stores it.
void store_head(sql_session& session, const sealer& seal, audit_head head);

}  // namespace tenon::host
