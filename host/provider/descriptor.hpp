// What a provider is: the host's own copy of a plugin's descriptor, checked.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "crypto/pkce.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct tenon_descriptor;

namespace tenon::host {

class abi_reader;

// Kinds of operation, by the ABI's numbers (operation.h).
enum class operation_kind : std::uint32_t {
    describe = 0,
    authorize = 1,
    exchange = 2,
    refresh = 3,
    profile = 4,
    revoke = 5,
    validate = 6
};
// `refresh`; for labels.
[[nodiscard]] auto name_of(operation_kind kind) noexcept -> std::string_view;

// What may be sent to an origin: TENON_ROLE_… as bits.
using origin_roles = std::uint32_t;

struct origin_descriptor {
    std::string url;  // `https://host[:port]`; {name} in it stands for a connect field
    origin_roles roles = 0;
};

struct scope_descriptor {
    std::string name;
    std::string description;
    bool by_default = false;  // asked for where the caller names none
};

struct slot_descriptor {
    std::string name;  // "" is the main one
    std::string description;
};

enum class field_type : std::uint32_t { text = 0, url = 1, list = 2, map = 3, choice = 4 };

// One field of the configuration, of the connect parameters or of the credentials.
struct field_descriptor {
    std::string name, label, description;
    std::string pattern;  // ECMAScript; the whole value must match; empty: any
    std::string default_value;
    std::vector<std::string> choices;
    field_type type = field_type::text;
    bool required = false;
    bool secret = false;
};

// How tokens live. 0 = not stated.
struct refresh_policy {
    bool rotates = false;          // each refresh ends the refresh token that it used
    bool by_access_token = false;  // the access token renews itself: no refresh token is needed
    bool by_credentials = false;   // what VALIDATE took gets a new one: no refresh token either
    std::chrono::seconds reuse_grace{0};
    std::chrono::seconds not_before{0};
    std::chrono::seconds default_lifetime{0};
    std::chrono::seconds default_refresh_lifetime{0};
    std::chrono::seconds absolute_lifetime{0};  // of a grant, from the consent on
};

enum class pkce_mode : std::uint32_t { never = 0, supported = 1, required = 2 };
enum class client_authentication : std::uint32_t { basic = 0, post = 1, basic_raw = 2, none = 3 };

struct descriptor {
    std::string
        id;  // the plugin's provider; an instance of the registry's has its configured name here
    std::string display_name, category, icon, vendor, version, docs_url;
    std::uint32_t required_host_minor = 0;
    std::uint32_t auth_kinds = 0;  // TENON_AUTH_… bits
    std::uint64_t operations = 0;  // bit n = operation kind n
    bool iss_promised = false;     // an authorization response without `iss` is refused (RFC 9207)
    bool discovery = false;        // the host fetches the issuer's metadata (RFC 8414)
    bool nonce = false;            // the host makes a nonce that the ID token must carry
    std::vector<std::string> host_calls;
    pkce_mode pkce = pkce_mode::never;
    pkce_encoding challenge_encoding = pkce_encoding::base64url;
    client_authentication client_auth = client_authentication::basic;
    std::string client_id_param;  // never empty: `client_id` unless the plugin renames it
    std::string scope_separator;  // never empty: a space unless the plugin says another
    std::string issuer, jwks_url;
    std::optional<refresh_policy> refresh;  // empty: tokens are never refreshed
    std::vector<origin_descriptor> origins;
    std::vector<scope_descriptor> scopes;
    std::vector<slot_descriptor> slots;  // never empty: one of name "" where the plugin has none
    std::vector<field_descriptor> config_fields;
    std::vector<field_descriptor> connect_fields;
    std::vector<field_descriptor> credential_fields;  // empty: no connect without a redirect
    std::vector<std::string> quirks;

    [[nodiscard]] auto supports(operation_kind kind) const noexcept -> bool;
    // Is there a flow that the operator must register a client for?
    [[nodiscard]] auto needs_client() const noexcept -> bool;
    // The names of the scopes with by_default, in order.
    [[nodiscard]] auto default_scopes() const -> std::vector<std::string>;
};

// Origins that the operator's own configuration names: these, and only these, may be IP addresses,
// or plain http where the address is loopback.
using trusted_origins = std::vector<std::string>;

// Copies it as it is, reading no further than its struct_size says; what lies beyond reads as zero.
// Of one that needs a newer host only the id and that need are read: what follows may hold what
// only a newer host can judge.
[[nodiscard]] auto copy_descriptor(abi_reader& reader, const tenon_descriptor* from) -> descriptor;

// Copies it without judging what it says. Error: provider_misconfigured, where it breaks the ABI or
// needs a newer host.
[[nodiscard]] auto read_unjudged(const tenon_descriptor* from) -> result<descriptor>;

// Copies a plugin's descriptor, reading no further than its struct_size says (what lies beyond
// reads as zero), and checks it: the id's pattern, mandatory fields, origins (https, no wildcard,
// no IP address; templates only of connect fields with a pattern), known values, patterns that
// compile, a host new enough. Error: provider_misconfigured; the details name each field and what
// is wrong with it. Any thread.
[[nodiscard]] auto read_descriptor(
    const tenon_descriptor* from, const trusted_origins& trusted = {}
) -> result<descriptor>;

// Checks values against a form and fills in defaults: unknown names, missing required ones,
// patterns, choices, types. LIST and MAP values are JSON text. Error: invalid_request; the details
// name the fields, without their values.
[[nodiscard]] auto check_fields(
    const std::vector<field_descriptor>& form, std::map<std::string, std::string> values
) -> result<std::map<std::string, std::string>>;

}  // namespace tenon::host
