// Several connections that leave side by side.
#pragma once

#include "oauth/leaving.hpp"

namespace tenon::host {

// All of a user's, or all at one provider, however many they are.
[[nodiscard]] auto all_connections(
    sql_session& session, const user_id& user, const std::optional<provider_id>& at
) -> std::vector<connection_row>;

// As finish_leaving does for one; what became of each, in their order. On one strand.
auto finish_leaving_together(oauth_context& context, actor by, std::vector<leaving> gone)
    -> boost::asio::awaitable<std::vector<result<std::vector<revocation>>>>;

}  // namespace tenon::host
