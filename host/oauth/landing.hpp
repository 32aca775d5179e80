// The one place where tokens become a stored connection, whichever way they came.
#pragma once

#include "oauth/context.hpp"
#include "oauth/views.hpp"
#include "provider/operation.hpp"
#include "store/connections.hpp"
#include "store/grants.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

namespace tenon::host {

// A connection that is not stored yet.
struct landing {
    actor by;
    provider_id provider;
    connection_id connection;  // its id if it is a new one; empty: any
    std::string client_id;
    account_id account;
    std::string scope;                   // granted, space-separated
    std::string metadata = "{}";         // JSON object
    std::string connect_params = "{}";   // JSON object
    std::optional<std::string> profile;  // JSON object, as GET …/profile answers
    time_point issued_at{};
    std::vector<granted> grants;  // the main one first
    bool given = false;           // imported: nobody consented to them here
    secret credentials;           // as credentials_to_json wrote them; empty: by a redirect
    std::string intent;           // to delete with it; may be empty
    bool unrecorded = false;      // not all that came is in that intent: it was refused, or is gone
    std::string confirmation;     // the hash of its code, where it is discarded unconfirmed
    bool is_taken = false;        // what it was parked in is gone: it was landed, or withdrawn
    std::string action;           // for the audit log: `connection.created`
};

// Seals the tokens and stores everything in one transaction. What its user authorized before that
// which is stored and alive changes nothing: the stored connection is answered. One with an intent,
// or from what was parked, is stored once, whoever tries, and not after its user has disconnected.
// Errors: invalid_state (that is gone, and so is the connection; or the user is being erased, or
// was since: the tokens are to be discarded), conflict (given tokens would share the refresh token
// of others), storage_unavailable (after trying for a while), internal.
auto land(oauth_context& context, landing what) -> boost::asio::awaitable<result<connection_row>>;

// The same for what is found in the transaction that stores it; as often as that is tried again.
using landing_source = std::function<result<std::shared_ptr<const landing>>(sql_session&)>;
auto land_from(oauth_context& context, org_id org, provider_handle provider, landing_source source)
    -> boost::asio::awaitable<result<connection_row>>;

// A landing as bytes that hold tokens, for parking it sealed, and back. Error: internal.
[[nodiscard]] auto serialize(const landing& what) -> std::string;
[[nodiscard]] auto parse_landing(std::string_view bytes) -> result<landing>;

// Whose the tokens are: some slots have an account of their own.
[[nodiscard]] auto account_of(const landing& what, const granted& from) -> account_id;
// The slot as it is stored and shown: the main one has a name of its own.
[[nodiscard]] auto stored_slot(std::string_view plugin_slot) -> std::string;
// The slot as the plugin calls it.
[[nodiscard]] auto plugin_slot(std::string_view stored) -> std::string;

}  // namespace tenon::host
