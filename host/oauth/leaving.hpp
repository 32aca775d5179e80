// A connection on its way out: nobody reads its tokens any more, they are revoked where they can
// be, and it is erased in any case.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"
#include "store/consents.hpp"
#include "store/grants.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

struct leaving {
    connection_row connection;
    std::vector<grant_row> grants;  // those that go with it
};

// From this transaction on the connection is dead, and its user's consent ended, whatever happens
// to this process; nor does an exchange of its user's that was cut off bring it back. What waits to
// be confirmed is the caller's, and so are the exchanges of a user who is erased.
[[nodiscard]] auto begin_leaving(
    sql_session& session, connection_row row, consent_end why, time_point now
) -> leaving;

// Whether some host has the grant to itself in order to revoke its tokens.
[[nodiscard]] auto is_being_revoked(const grant_row& grant, time_point now) -> bool;

// What became of each of its grants. One that its user connected anew meanwhile stays, and nothing
// of it is revoked. Error: storage_unavailable (finish_abandoned will erase it).
auto finish_leaving(oauth_context& context, actor by, leaving gone)
    -> boost::asio::awaitable<result<std::vector<revocation>>>;

// Finishes what a process left that ended in the middle: at the start (`at_start`; where nobody
// else can be at it, all there is), then now and then. What waits for a provider that hangs delays
// no other's. Answers how many there were. On one strand.
auto finish_abandoned(oauth_context& context, bool at_start) -> boost::asio::awaitable<std::size_t>;

}  // namespace tenon::host
