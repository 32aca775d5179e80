// How a refresh ends: committed, or its failure written down.
#pragma once

#include "oauth/context.hpp"
#include "provider/operation.hpp"
#include "store/grants.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

struct refresh_settlement {
    oauth_context& context;
    provider_handle provider;
    shared_grant row;    // as it was when the lease was taken
    std::string intent;  // deleted with it
};

// Commits the tokens by compare-and-swap on the generation. If it moved meanwhile, the newer one is
// the answer.
auto settle_success(refresh_settlement settle, granted tokens, time_point began)
    -> boost::asio::awaitable<result<shared_grant>>;

// Writes the failure down and says what the caller is told; nothing that was there is worsened.
// `revoked` is believed only if the generation has not moved, and if it is not one of a burst.
auto settle_failure(refresh_settlement settle, operation_failure failure)
    -> boost::asio::awaitable<result<shared_grant>>;

// The token is dead, or refused, and nothing can renew it: the grant is buried. Error:
// reconnect_required.
auto settle_lapse(refresh_settlement settle) -> boost::asio::awaitable<result<shared_grant>>;

// The failure of a run that was cut off before any reply was recorded.
[[nodiscard]] auto cut_off_failure() -> operation_failure;

}  // namespace tenon::host
