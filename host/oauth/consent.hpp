// What the log and the record of consents say of a landing, in its transaction.
#pragma once

#include "oauth/context.hpp"
#include "oauth/landing.hpp"
#include "oauth/owing.hpp"
#include "store/connections.hpp"

namespace tenon::host {

// Its user consented: what stands now is this. The audit log has it under the landing's action,
// with what becomes of the tokens that it left behind: those are owed from here on.
void note_consent(
    sql_session& session, const oauth_context& context, const landing& what,
    const connection_row& stored, const std::vector<settled_tokens>& left
);

// A connection whose grant was dead, and is shared, lives again by tokens that `by` brought: told
// in its user's log (`connection.revived`). The consent that its user gave stands again, as it was
// given: nobody gave another.
void note_revived(
    sql_session& session, const oauth_context& context, actor by, const owned_connection& other
);

// The landing came after a later consent, and changed nothing.
void note_overtaken(
    sql_session& session, const oauth_context& context, const landing& what,
    const connection_row& stands
);

}  // namespace tenon::host
