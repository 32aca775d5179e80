// From an authorization code to everything that is known of the account: EXCHANGE, ID token,
// PROFILE.
#pragma once

#include "oauth/context.hpp"
#include "oauth/landing.hpp"
#include "provider/operation.hpp"

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>

namespace tenon::host {

// All that the exchange needs; sealed into the intent, so that it can go on after a crash.
struct exchange_input {
    actor by;
    provider_id provider;
    std::string client_id;
    secret code;
    secret verifier;
    secret nonce;
    std::string redirect_uri;
    std::string requested_scope;
    std::map<std::string, std::string> connect_params;
    std::vector<std::pair<std::string, std::string>> callback;  // the redirect's other parameters
    std::optional<account_id> reconnect;
    bool confirm = false;
    time_point began_at{};
};

[[nodiscard]] auto serialize(const exchange_input& input) -> std::string;
// Error: internal.
[[nodiscard]] auto parse_exchange_input(std::string_view bytes) -> result<exchange_input>;

// Where the exchange stands: which intent it writes, and what an earlier run recorded.
struct exchange_progress {
    std::string intent;  // its id
    bool intent_stored = false;
    std::map<std::size_t, recorded_reply> recorded;
};

struct exchange_failure {
    error reason;
    bool try_again = false;  // it will pass: if a reply was recorded, a later run may still succeed
    // What the provider had granted before it failed: where nobody tries again, to be discarded.
    std::shared_ptr<const landing> granted = nullptr;
};
[[noreturn]] void throw_exception_from_error(
    const exchange_failure& failure, const boost::source_location& where
);
using exchange_result = boost::system::result<landing, exchange_failure>;

// Runs EXCHANGE (each reply that may carry tokens is sealed before the next step), checks the ID
// token, asks for the profile.
auto run_exchange(oauth_context& context, exchange_input input, exchange_progress progress)
    -> boost::asio::awaitable<exchange_result>;

// JSON object of strings, as connect_params columns have it, and back ({} where it isn't one).
[[nodiscard]] auto params_to_json(const std::map<std::string, std::string>& params) -> std::string;
[[nodiscard]] auto params_from_json(std::string_view text) -> std::map<std::string, std::string>;

}  // namespace tenon::host
