// The tokens of a landing, as the row that its account and slot has. Only landing.cpp uses this.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/landing.hpp"
#include "provider/registry.hpp"

namespace tenon::host {

struct stored_grant {
    grant_id id;
    bool stood = false;  // it was there before
};

// Sealed and stored, in the transaction of the landing. The grant's id is part of what binds its
// tokens, so it is looked up first; a row that came meanwhile makes it conflict. Where one stands
// that its user consented to later, it stays as it is. `connection` is the landing's own. Errors
// besides: storage_unavailable (what stands is renewed, or revoked, at this moment, and its refresh
// token would be kept), conflict (tokens that were given, and no refresh token among them, would
// share that of other users).
[[nodiscard]] auto store_grant(
    sql_session& session, const oauth_context& context, const landing& what, const granted& from,
    const provider_instance& provider, const connection_id& connection
) -> result<stored_grant>;

}  // namespace tenon::host
