/* descriptor.h: what a provider is, as data. Static: valid as long as the provider that points to it. */
#ifndef TENON_DESCRIPTOR_H
#define TENON_DESCRIPTOR_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the host may send to an origin. Bits. */
enum {
    TENON_ROLE_AUTHORIZE = 1u, /* the browser is sent there; the host never calls it */
    TENON_ROLE_TOKEN = 2u,
    TENON_ROLE_REVOKE = 4u,
    TENON_ROLE_API = 8u
};

/* One place that may be reached. Growable. */
typedef struct tenon_origin {
    uint32_t struct_size, roles;
    /* `https://host[:port]`, no path. May be a template, `https://{domain}.example.com`: each {name} is
     * the name of a connect field and takes only what that field's pattern admits. */
    tenon_str url;
} tenon_origin;

enum { TENON_SCOPE_DEFAULT = 1u /* asked for when the caller names none */ };

/* A scope, explained to the person who grants it. Growable. */
typedef struct tenon_scope {
    uint32_t struct_size, flags;
    tenon_str name, description;
} tenon_scope;

/* SECRET: of configuration and credential fields only, to be typed unseen. A connect field that is one is refused: connect
 * parameters are stored as they are, and shown. A credential field is stored sealed, be it SECRET or not. */
enum { TENON_FIELD_REQUIRED = 1u, TENON_FIELD_SECRET = 2u };
enum {
    TENON_FIELD_TEXT = 0u,
    TENON_FIELD_URL = 1u,
    TENON_FIELD_LIST = 2u,  /* JSON array of strings */
    TENON_FIELD_MAP = 3u,   /* JSON object of strings */
    TENON_FIELD_CHOICE = 4u /* one of choices */
};

/* One field of a form: of the configuration, the connect parameters or the credentials. Growable. */
typedef struct tenon_field {
    uint32_t struct_size, flags;
    uint32_t type, reserved;
    tenon_str name, label, description;
    tenon_str pattern; /* ECMAScript regular expression that the whole value must match; empty = any */
    tenon_str default_value;
    tenon_strs choices;
} tenon_field;

/* One of the sets of tokens that an exchange may yield. Growable. */
typedef struct tenon_slot {
    uint32_t struct_size, flags;
    tenon_str name, description; /* name "" is the main one */
} tenon_slot;

enum {
    TENON_REFRESH_ROTATES = 1u,     /* each refresh returns a new refresh token and ends the old one */
    TENON_REFRESH_ACCESS_TOKEN = 2u, /* the access token renews itself: no refresh token is needed */
    TENON_REFRESH_CREDENTIALS = 4u   /* the credentials that VALIDATE took get a new access token: no refresh token either */
};

/* How tokens live. All durations in seconds; 0 = not stated. Growable: append in pairs, for sizes are multiples of 8. */
typedef struct tenon_refresh_policy {
    uint32_t struct_size, flags;
    uint32_t reuse_grace_s;              /* for this long a rotated refresh token is accepted again */
    uint32_t not_before_s;               /* a token younger than this can't be refreshed */
    uint32_t default_lifetime_s;         /* of an access token, where the answer has no expires_in */
    uint32_t default_refresh_lifetime_s; /* of a refresh token, where the answer does not say */
    uint32_t absolute_lifetime_s;        /* of a grant, from the person's consent on, however often it is refreshed: the host
                                            refreshes none beyond it, and tells in time that the person must come back */
    uint32_t reserved;                   /* 0 */
} tenon_refresh_policy;

/* How a person's consent is obtained. DEVICE, CLIENT_CREDENTIALS and EXTERNAL_SESSION are reserved until a minor version says
 * how: a provider may name them beside CODE or API_KEY, and is refused if it has nothing else. CODE needs AUTHORIZE and EXCHANGE; API_KEY, which is any credential that a person
 * brings along (a key, a key pair, a user name and a password), needs VALIDATE and credential_fields. Bits. */
enum {
    TENON_AUTH_CODE = 1u, /* RFC 6749 4.1 */
    TENON_AUTH_DEVICE = 2u,
    TENON_AUTH_CLIENT_CREDENTIALS = 4u,
    TENON_AUTH_API_KEY = 8u,
    TENON_AUTH_EXTERNAL_SESSION = 16u
};

enum { TENON_PKCE_NEVER = 0u, TENON_PKCE_SUPPORTED = 1u, TENON_PKCE_REQUIRED = 2u };
enum { TENON_PKCE_BASE64URL = 0u /* RFC 7636 4.2 */, TENON_PKCE_HEX = 1u /* TikTok's desktop apps */ };

/* How a request with TENON_HTTP_CLIENT_AUTH is authenticated. */
enum {
    TENON_CLIENT_AUTH_BASIC = 0u, /* RFC 6749 2.3.1, id and secret form-encoded first */
    TENON_CLIENT_AUTH_POST = 1u,  /* client_id and client_secret in the form (or JSON) body */
    TENON_CLIENT_AUTH_BASIC_RAW = 2u, /* Basic without the form-encoding: providers that decode nothing */
    TENON_CLIENT_AUTH_NONE = 3u       /* a public client: client_id in the body, no secret */
};

/* Flags of a descriptor. */
enum {
    TENON_DESCRIPTOR_ISS_PROMISED = 1u, /* an authorization response without `iss` is refused (RFC 9207) */
    TENON_DESCRIPTOR_DISCOVERY = 2u,    /* the host fetches the issuer's metadata (RFC 8414) and passes it as
                                           the JSON value `discovery` of the configuration, then asks DESCRIBE again */
    TENON_DESCRIPTOR_NONCE = 4u         /* the host makes a nonce; the ID token must carry it (OpenID Connect) */
};

/* A provider. Growable. */
typedef struct tenon_descriptor {
    uint32_t struct_size, flags;
    tenon_str id; /* [a-z0-9][a-z0-9_-]{0,63} */
    tenon_str display_name, category, icon, vendor, version; /* icon: https URL, or data: URI of an image; may be empty */
    uint32_t required_host_minor; /* the least TENON_ABI_MINOR of a host that can serve it; judged before all else */
    uint32_t auth_kinds;          /* TENON_AUTH_… */
    uint64_t operations;          /* bit n = operation kind n of operation.h; reserved kinds are refused */
    tenon_strs host_calls;        /* the ids of the host services that it calls */
    uint32_t pkce_mode, pkce_encoding;
    uint32_t client_auth, reserved;
    tenon_str client_id_param;  /* "" = client_id; TikTok: client_key. In bodies that the host authenticates */
    tenon_str scope_separator;  /* of the authorization request; "" = a space */
    tenon_str issuer, jwks_url; /* of ID tokens; empty without OpenID Connect */
    const tenon_refresh_policy *refresh; /* null: tokens are never refreshed */
    const tenon_origin *const *origins;
    size_t origin_count;
    const tenon_scope *const *scopes;
    size_t scope_count;
    const tenon_slot *const *slots; /* none = one slot, "" */
    size_t slot_count;
    const tenon_field *const *config_fields; /* beside client_id, client_secret, redirect_uri, scopes, origins */
    size_t config_field_count;
    const tenon_field *const *connect_fields;
    size_t connect_field_count;
    /* What a person fills in to connect without a redirect. The plugin sees references to it, never the values. */
    const tenon_field *const *credential_fields;
    size_t credential_field_count;
    tenon_strs quirks; /* departures from the RFCs, by the ids of the conformance suite */
    tenon_str docs_url; /* https: the provider's own documentation, for the operator; may be empty */
} tenon_descriptor;

#ifdef __cplusplus
}
#endif

#endif
