// Tokens that were issued and are not to be stored.
#pragma once

#include "oauth/context.hpp"
#include "oauth/landing.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// Revokes them at the provider, as far as that can be done, and writes it into the audit log
// (`connection.discarded`) with the reason. Where anybody here has the account connected, or is
// about to (`kept`), or where nobody knows whose they are (`failed`), they are only forgotten: many
// a provider ends all that it gave of an account to this client. Last, the intent or the
// confirmation goes: until then whoever finds it begins again. What became of each of its tokens;
// error: storage_unavailable (it could not be written, and stays to be found).
auto discard(oauth_context& context, landing what, errc reason)
    -> boost::asio::awaitable<result<std::vector<revocation>>>;

}  // namespace tenon::host
