// The hot path: a token that is valid now and for a while.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

class provider_instance;
class refresher;
struct cached_grant;
struct token_key;

struct token_request {
    org_id org;
    user_id user;
    account_selector which;
    std::string slot;                           // empty: the connection's main one
    std::chrono::seconds minimum_lifetime{60};  // how much life the caller needs
};

class token_reader {
  public:
    token_reader(oauth_context& context, refresher& refresh);

    // The answer from memory, if it is there and good for minimum_lifetime; never blocks. Any
    // thread.
    [[nodiscard]] auto cached(const token_request& request) -> std::optional<token_answer>;
    // The same, for whoever has the parts already.
    [[nodiscard]] auto cached(const token_key& key, std::chrono::seconds minimum)
        -> std::optional<token_answer>;

    // The freshest token there is; waits for a refresh where the caller's minimum asks for it.
    // Errors: unknown_provider, not_found, reconnect_required (dead and unrenewable); dead, and it
    // could not be renewed, or not a moment ago (retry_after): provider_unavailable,
    // provider_timeout, provider_error, provider_misconfigured, provider_disabled, rate_limited;
    // storage_unavailable.
    auto read(token_request request) -> boost::asio::awaitable<result<token_answer>>;

  private:
    auto find_or_renew(token_request request, connection_id& connection)
        -> boost::asio::awaitable<result<token_answer>>;
    auto wait_for_renewal(
        token_request request, connection_id& connection,
        std::shared_ptr<const cached_grant> before, const provider_instance* provider
    ) -> boost::asio::awaitable<result<token_answer>>;
    // After a refresh that was waited for: what is connected by now.
    auto look_again(
        token_request request, connection_id& connection, const provider_instance* provider
    ) -> boost::asio::awaitable<result<token_answer>>;
    // As far as the memory knows: that it holds it, and nothing of it has changed.
    [[nodiscard]] auto is_connected(
        const token_request& request, const connection_id& connection, const grant_id& grant
    ) -> bool;

    oauth_context& context_;
    refresher& refresh_;
};

}  // namespace tenon::host
