// What is connected.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>
#include <memory>

namespace tenon::host {

struct cached_status;

// The user's connections, and what waits for confirmation; from memory where nothing changed within
// the last second. Never null. Error: storage_unavailable.
auto list_integrations(oauth_context& context, org_id org, user_id user)
    -> boost::asio::awaitable<result<std::shared_ptr<const cached_status>>>;

struct connection_filter {
    std::optional<user_id> user;
    std::optional<provider_id> provider;
    std::optional<connection_status> status;
    std::size_t limit = 50;  // at most 500
    std::string cursor;      // of the page before, or empty
};

// The organization's, and what waits for confirmation there. Errors: invalid_request (a cursor of
// ours it is not), storage_unavailable.
auto list_connections(oauth_context& context, org_id org, connection_filter filter)
    -> boost::asio::awaitable<result<connection_page>>;

}  // namespace tenon::host
