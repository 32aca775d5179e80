// The REST API, wired.
#pragma once

#include "api/context.hpp"
#include "base/error.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"

#include <boost/asio/awaitable.hpp>
#include <string_view>
#include <vector>

namespace tenon::host {

class background_work;

// The routes of the main listener. Where settings.admin_listener says so, /metrics is not among
// them.
[[nodiscard]] auto make_routes(api_context& api) -> std::vector<route>;
// The routes of the admin listener: /metrics, /health, /livez, /readyz.
[[nodiscard]] auto make_admin_routes(api_context& api) -> std::vector<route>;

// The transport's own failures in the contract's shape: server_options::problem.
[[nodiscard]] auto api_problem(unsigned status, const error& failure, std::string_view request_id)
    -> response;

// Has what this floor remembers of keys forgotten when another process changes them. Before
// background.start().
void watch_changes(api_context& api, background_work& background);

// Once a second: writes the journal of accesses; now and then erases kept answers that have
// expired. Runs until cancelled; afterwards (or at shutdown) call flush_journal once more.
auto keep_house(api_context& api) -> boost::asio::awaitable<void>;
auto flush_journal(api_context& api) -> boost::asio::awaitable<void>;

}  // namespace tenon::host
