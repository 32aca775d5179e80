// description.hpp: what a provider is, as a C++ aggregate; descriptor.h says what each field means.
//
//   return {.id = "acme", .display_name = "Acme", .origins = {{"https://acme.example",
//   tenon::role::token}}};
#ifndef TENON_SDK_DESCRIPTION_HPP
#define TENON_SDK_DESCRIPTION_HPP

#include <tenon/descriptor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenon {

/// What the host may send to an origin; combine with |.
namespace role {
inline constexpr std::uint32_t authorize = TENON_ROLE_AUTHORIZE, token = TENON_ROLE_TOKEN,
                               revoke = TENON_ROLE_REVOKE, api = TENON_ROLE_API;
}  // namespace role

struct origin {
    std::string url;  // `https://host[:port]`, perhaps with {name} of a connect field
    std::uint32_t roles = 0;
};

struct scope {
    std::string name, description;
    bool by_default = false;  // asked for when the caller names none
};

struct slot {
    std::string name, description;
};

enum class field_type : std::uint32_t {
    text = TENON_FIELD_TEXT,
    url = TENON_FIELD_URL,
    list = TENON_FIELD_LIST,
    map = TENON_FIELD_MAP,
    choice = TENON_FIELD_CHOICE
};

struct field {
    std::string name, label = {}, description = {};
    field_type type = field_type::text;
    bool required = false, secret = false;
    std::string pattern = {}, default_value = {};
    std::vector<std::string> choices = {};
};

/// Durations in seconds; 0 = not stated.
struct refresh_policy {
    bool rotates = false;
    bool by_access_token = false;  // no refresh tokens: the access token renews itself
    bool by_credentials = false;   // none either: what validate() took gets a new access token
    std::uint32_t reuse_grace_s = 0, not_before_s = 0;
    std::uint32_t default_lifetime_s = 0, default_refresh_lifetime_s = 0;
    std::uint32_t absolute_lifetime_s = 0;  // of a grant, however often it is refreshed
};

enum class pkce : std::uint32_t {
    never = TENON_PKCE_NEVER,
    supported = TENON_PKCE_SUPPORTED,
    required = TENON_PKCE_REQUIRED
};
enum class pkce_encoding : std::uint32_t { base64url = TENON_PKCE_BASE64URL, hex = TENON_PKCE_HEX };

enum class client_auth : std::uint32_t {
    basic = TENON_CLIENT_AUTH_BASIC,
    post = TENON_CLIENT_AUTH_POST,
    basic_raw = TENON_CLIENT_AUTH_BASIC_RAW,
    none = TENON_CLIENT_AUTH_NONE
};

/// A bit for each kind of operation.
constexpr auto operation_bit(std::uint32_t kind) noexcept -> std::uint64_t {
    return std::uint64_t{1} << kind;
}

struct description {
    std::string id, display_name;
    std::string category = {}, icon = {}, vendor = {}, version = {};
    std::string docs_url = {};  // the provider's own documentation
    std::uint32_t auth_kinds = TENON_AUTH_CODE;
    /// Operations that the class has but this instance lacks, by operation_bit(TENON_OP_…).
    std::uint64_t without = 0;
    std::vector<std::string> host_calls = {};
    tenon::pkce pkce = tenon::pkce::never;
    tenon::pkce_encoding pkce_encoding = tenon::pkce_encoding::base64url;
    tenon::client_auth client_auth = tenon::client_auth::basic;
    std::string client_id_param = {}, scope_separator = {};
    std::string issuer = {}, jwks_url = {};
    bool iss_promised = false, discovery = false, nonce = false;
    std::optional<tenon::refresh_policy> refresh = {};
    std::vector<tenon::origin> origins = {};
    std::vector<tenon::scope> scopes = {};
    std::vector<tenon::slot> slots = {};
    std::vector<tenon::field> config_fields = {}, connect_fields = {}, credential_fields = {};
    std::vector<std::string> quirks = {};
    /// The least minor version of a host that can serve it: what it uses decides.
    std::uint32_t required_host_minor = 0;
};

}  // namespace tenon

#endif
