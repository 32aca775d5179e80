// One operation of a provider's, from begin to end.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/outbound.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "provider/recorded_reply.hpp"
#include "provider/registry.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenon::host {

// What the host fills in where the plugin names it; the plugin sees none of these.
struct operation_secrets {
    secret access_token;   // REFRESH, PROFILE, REVOKE
    secret refresh_token;  // REFRESH, REVOKE
    secret code_verifier;  // EXCHANGE
    // By the names of the descriptor's credential_fields: VALIDATE, REFRESH, PROFILE, REVOKE.
    std::map<std::string, secret, std::less<>> credentials;
};

// Awaited with each reply that may carry tokens, before the plugin's next step: seal it into
// storage. An error ends the operation. position counts the operation's HTTP requests from 0.
using reply_sink =
    std::function<boost::asio::awaitable<result<void>>(std::size_t position, recorded_reply reply)>;

struct operation_request {
    operation_kind kind = operation_kind::profile;
    // As operation.h lists them by kind. The templates for the secrets below (`access_token`,
    // `refresh_token`, `code_verifier`, `credential.NAME`) are added here, never by the caller.
    std::vector<std::pair<std::string, std::string>> params;
    std::map<std::string, std::string> connect;  // as check_fields answered them
    std::string slot;
    operation_secrets secrets;
    std::string client_id;  // as recorded with the grant; empty: the configured one
    std::size_t client_secret_index =
        0;  // in settings().client_secrets: the next one after invalid_client
    milliseconds deadline{30'000};  // for all of it
    // A run that was cut off goes on from these: they answer the requests at their positions,
    // nothing is sent there.
    std::map<std::size_t, recorded_reply> recorded;
    reply_sink sink;  // may be empty where nothing is granted
};

// One set of tokens.
struct granted {
    std::string slot;        // "" is the main one
    std::string account_id;  // empty: PROFILE tells it
    secret access_token, refresh_token, id_token;
    bool is_template = false;  // access_token is one; never of what run_operation answers
    std::string token_type;
    std::string scope;          // granted, space-separated; empty: as it was asked for
    std::string base_url;       // checked against the declared origins; empty: none of its own
    std::string metadata_json;  // an object, or empty
    std::optional<time_point> expires_at, refresh_expires_at, refresh_not_before;
};

struct output_field {
    std::string name;
    std::string value;
    bool is_json = false;  // value is JSON text, checked
    bool is_secret = false;
};

struct operation_output {
    std::vector<granted> grants;       // EXCHANGE, REFRESH, VALIDATE: at least one
    std::string authorize_url;         // AUTHORIZE
    std::vector<output_field> fields;  // PROFILE
    [[nodiscard]] auto field(std::string_view name) const -> const output_field*;
};

// The ABI's numbers (operation.h): whose fault a failure is.
enum class failure_category : std::uint32_t {
    provider = 0,
    revoked = 1,
    invalid_code = 2,
    access_denied = 3,
    scope = 4,
    misconfigured = 5,
    rate_limited = 6,
    unavailable = 7,
    unsupported = 8,
    invalid_input = 9,
    token_rejected = 10
};
[[nodiscard]] auto name_of(failure_category category) noexcept -> std::string_view;

struct operation_failure {
    failure_category category = failure_category::provider;
    std::string
        code;  // the provider's own (`invalid_grant`), or ours: `plugin_broke_contract`,
               // `step_budget`, `deadline`, `reply_not_stored`, `begin_failed`, `authorize_url`
    std::string message;  // for a developer; no secret
    std::uint32_t http_status = 0;
    std::optional<milliseconds> retry_after;
    std::vector<field_problem> details;
    // Of the last request. `ok` with sent == no: none was made.
    transport outcome = transport::ok;
    request_sent sent = request_sent::no;
    // The last request was not tried: its origin failed too often of late.
    bool circuit_open = false;
    // A request whose reply may carry tokens may have reached the provider, and no whole reply to
    // it came (or it could not be stored): something may have been granted that nobody has.
    bool grant_reply_pending = false;
    // How many requests whose replies may carry tokens were made, or replayed. With the second one
    // the first had gone well.
    std::size_t grant_requests = 0;
    // A reply with tokens came before what failed: it is recorded, and a replay goes on from it.
    bool holds_grant = false;
};

[[noreturn]] void throw_exception_from_error(
    const operation_failure& failure, const boost::source_location& where
);
using operation_result = boost::system::result<operation_output, operation_failure>;

// Drives the operation: at most 64 steps, each action checked and copied at once, requests sent
// through the egress policy. The plugin's operation is destroyed in every case, cancellation
// included. http and time outlive it.
auto run_operation(
    provider_handle instance, operation_request request, outbound_http& http, const clock& time
) -> boost::asio::awaitable<operation_result>;

// The failure in the REST contract's words; message for the log and the operator.
[[nodiscard]] auto to_error(const operation_failure& failure, std::string_view provider) -> error;

}  // namespace tenon::host
