// What the operator configured, read and checked.
#pragma once

#include <tenon/sdk/description.hpp>
#include <tenon/sdk/values.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oauth2 {

using pairs = std::vector<std::pair<std::string, std::string>>;

/// Where something is asked for. A URL keeps the {name}s of connect parameters.
struct endpoint {
    std::string url;    // without a query; empty: there is none
    pairs fixed_query;  // what the configured URL had behind `?`

    auto exists() const noexcept -> bool { return !url.empty(); }
    auto origin() const -> std::string;  // `https://host[:port]`
    auto path() const -> std::string;
};

/// Who tells whose account it is.
enum class account_source {
    profile,    // userinfo_url
    token,      // a member of the token answer
    id_token,   // its `sub`
    connection  // nobody: each connect is an account of its own
};

enum class revoke_auth { client, bearer, none };

struct settings {
    std::string display_name = "OAuth 2.0", category, icon;
    std::string issuer, jwks_url, base_url;
    endpoint authorize, token, userinfo, revoke;
    endpoint refresh_at;  // where refreshes go if not to `token`
    std::vector<std::string> scopes;
    std::string scope_separator = " ", client_id_param = "client_id";
    tenon::client_auth client_auth = tenon::client_auth::basic;
    tenon::pkce pkce = tenon::pkce::supported;
    bool json_requests = false;  // the token and revocation endpoints take JSON
    bool userinfo_by_post = false;
    pairs authorize_params, token_params, refresh_params, userinfo_params, headers;
    pairs profile, token_response;  // name -> path in the answer
    pairs connect_params;           // name -> pattern
    std::vector<std::string> metadata;
    tenon::refresh_policy refresh{.rotates = true};
    bool refreshable = true;
    // Codes and statuses by which a refused refresh says that the grant is dead, beside the RFC's.
    std::vector<std::string> dead_codes;
    revoke_auth revocation = revoke_auth::client;
    account_source account = account_source::profile;
    bool discovery_wanted = false;   // the issuer's metadata is needed
    bool discovery_missing = false;  // … and not there yet
    bool iss_promised = false;
    pairs problems;  // configuration key -> what is wrong with it

    auto openid() const -> bool;  // the scope openid is asked for by default
    auto is_connect_param(std::string_view name) const -> bool;
};

/// Reads a configuration; all that is wrong is in `problems`.
auto read_settings(const tenon::values& config) -> settings;

/// The same for an operation: throws `failed` (misconfigured), with each problem as a field, if
/// there is any.
auto checked_settings(const tenon::values& config) -> settings;

/// The configuration's form.
auto config_form() -> std::vector<tenon::field>;

/// Takes from the issuer's metadata (RFC 8414, OpenID Connect Discovery) what the configuration
/// leaves open.
void apply_discovery(settings& into, const tenon::values& config);

/// Checks URLs and parameters against each other: schemes, {name}s, reserved names, the account's
/// source.
void check_settings(settings& read, const tenon::values& config);

/// The value of a pair; empty if there is none.
auto value_of(const pairs& list, std::string_view name) -> std::string;
/// The {name}s in a text, in order.
auto placeholders(std::string_view text) -> std::vector<std::string>;
/// The text with each {name} replaced by that pair's value; unknown ones stay.
auto filled(std::string_view text, const pairs& list) -> std::string;

}  // namespace oauth2
