// Ending tokens at the provider that issued them.
#pragma once

#include "oauth/context.hpp"
#include "oauth/grant_secrets.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <vector>

namespace tenon::host {

// What a revocation takes, at the longest.
inline constexpr milliseconds revoke_deadline{15'000};
// How long a host has to itself what it revokes: the clocks of two may be 10 s apart.
inline constexpr milliseconds revoke_lease = revoke_deadline + milliseconds(15'000);

struct revocable {
    provider_id provider;
    std::string client_id;
    std::string connect_params;  // JSON object
    std::string slot;            // as the plugin calls it
    secret access_token, refresh_token;
    account_id account = {};
    std::string base_url = {};        // of the account's API; empty: the provider has one for all
    credential_map credentials = {};  // of a connect without a redirect
};

// What a grant's row has. Error: internal.
[[nodiscard]] auto to_revocable(const sealer& seal, const grant_row& grant) -> result<revocable>;

struct revoke_answer {
    // `revoked`, `unsupported` (the provider can't), `failed`, or `pending`: it was not asked, or
    // could not answer (no connection, no answer in time, an open circuit, a limit, 5xx), and may
    // later.
    std::string outcome;
    std::optional<milliseconds> retry_after;  // as the provider, or an open circuit, said
};

// As the audit log has them: an object.
[[nodiscard]] auto outcomes_json(const std::vector<revocation>& outcomes) -> std::string;

// Once. Counts nothing, keeps nothing.
auto revoke_tokens(oauth_context& context, std::shared_ptr<const revocable> tokens)
    -> boost::asio::awaitable<revoke_answer>;

// Whether anybody, of any organization, has one of the accounts connected, or is about to confirm
// that: many a provider ends with one token all that it gave of an account to this client. Error:
// storage_unavailable.
auto is_in_use(oauth_context& context, provider_id provider, std::vector<account_id> accounts)
    -> boost::asio::awaitable<result<bool>>;

}  // namespace tenon::host
