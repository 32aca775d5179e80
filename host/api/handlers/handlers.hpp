// The handlers, a file a group. Each answers one route of the table in api/routes.cpp, whose
// prologue (key, scope, user, limit, body) has passed when they run.
#pragma once

#include "api/call.hpp"

namespace tenon::host::handlers {

using answer = boost::asio::awaitable<result<response>>;

auto list_providers(call& mine) -> answer;
auto status(call& mine) -> answer;
auto connect(call& mine) -> answer;
auto callback(call& mine) -> answer;
auto confirm(call& mine) -> answer;
auto token(call& mine) -> answer;
auto profile(call& mine) -> answer;
auto refresh(call& mine) -> answer;
auto disconnect_one(call& mine) -> answer;
auto disconnect_all(call& mine) -> answer;
auto import_tokens(call& mine) -> answer;
auto list_connections(call& mine) -> answer;
auto list_keys(call& mine) -> answer;
auto create_key(call& mine) -> answer;
auto revoke_key(call& mine) -> answer;
auto create_organization(call& mine) -> answer;
auto reload_plugins(call& mine) -> answer;
auto list_audit(call& mine) -> answer;
auto export_user(call& mine) -> answer;
auto erase_user(call& mine) -> answer;
auto health(call& mine) -> answer;
auto livez(call& mine) -> answer;
auto readyz(call& mine) -> answer;
auto metrics(call& mine) -> answer;
auto openapi(call& mine) -> answer;
auto front_page(call& mine) -> answer;
auto begin_from_page(call& mine) -> answer;
auto result_page(call& mine) -> answer;

// The token route's fast path: false where memory does not hold the answer.
auto token_from_memory(api_context& api, const request& from, response& to) -> bool;

}  // namespace tenon::host::handlers
