// From stored rows to what is shown.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"
#include "store/confirmations.hpp"
#include "store/connection_grants.hpp"
#include "store/connections.hpp"

#include <boost/asio/awaitable.hpp>
#include <span>

namespace tenon::host {

// `lives`: its grants', the main one's first.
[[nodiscard]] auto to_view(
    const connection_row& row, std::span<const connection_life> lives, time_point now
) -> connection_view;
// One that was just stored. Error: storage_unavailable.
auto read_view(oauth_context& context, org_id org, connection_row row)
    -> boost::asio::awaitable<result<connection_view>>;
// One that waits to be confirmed.
[[nodiscard]] auto to_view(const confirmation_row& row) -> connection_view;

}  // namespace tenon::host
