// A provider's operation as the verbs run it: observed, logged, with the client secret that works.
#pragma once

#include "oauth/context.hpp"
#include "oauth/decisions.hpp"
#include "provider/operation.hpp"

#include <optional>
#include <string_view>

namespace tenon::host {

// Runs it; where the provider refuses the client once more with each further client secret of the
// operator's list, so that a secret can be changed without downtime.
auto perform(oauth_context& context, provider_handle provider, operation_request request)
    -> boost::asio::awaitable<operation_result>;

// How long a refresh or a profile must not be sent yet, for its provider limits the client (see
// rate_governor::ask); nothing: it may go, and is performed. What is replayed asks nobody.
[[nodiscard]] auto held_back(
    oauth_context& context, const provider_instance& provider, const operation_request& request
) -> std::optional<milliseconds>;

// A failure as metrics and the log call it: its category; and of one that is `unavailable`, what
// became of the last request: `circuit_open` (it was not tried), `timeout`, `dns`, `unreachable`,
// `tls`, `reset`, `http_5xx`; or `unavailable`, where it was none of these.
[[nodiscard]] auto ended_as(const operation_failure& failure) -> std::string_view;

// What a failed REFRESH means for the grant.
[[nodiscard]] auto classify(const operation_failure& failure) -> refresh_failure;

}  // namespace tenon::host
