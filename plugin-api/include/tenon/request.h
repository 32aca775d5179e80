/* request.h: an HTTP exchange, described by the plugin and performed by the host. */
#ifndef TENON_REQUEST_H
#define TENON_REQUEST_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Flags of a tenon_http_request. */
enum {
    /* The host authenticates the client as the descriptor's client_auth says (RFC 6749 2.3.1). Only to
     * an origin of role TOKEN or REVOKE. */
    TENON_HTTP_CLIENT_AUTH = 1u,
    /* The host adds `Authorization: Bearer` with the slot's access token (RFC 6750 2.1). Only to an
     * origin of role API or REVOKE. */
    TENON_HTTP_BEARER = 2u,
    /* The reply may carry tokens: the host seals it into storage before the next step (but in VALIDATE, which a person
     * simply tries again), and sends the request once only. In EXCHANGE, REFRESH and VALIDATE the host takes it for set on any request with CLIENT_AUTH, with a reference to client_secret, refresh_token
     * or code_verifier (where TENON_REFRESH_ACCESS_TOKEN is set: also with BEARER, or with one to access_token), or to an origin of role TOKEN. */
    TENON_HTTP_GRANT_REPLY = 4u
};

/* A request. It is sent once: a redirect is not followed, its 3xx is the answer. `url` and `body` are taken as they are: no
 * references there. Values with TENON_KV_TEMPLATE, of any of the lists, may name host secrets, each bound to roles of origins:
 *   ${client_id}      anywhere
 *   ${client_secret}  TOKEN, REVOKE
 *   ${code_verifier}  TOKEN                       (EXCHANGE only)
 *   ${refresh_token}  TOKEN, REVOKE               (REFRESH and REVOKE only)
 *   ${access_token}   API, TOKEN, REVOKE          (REFRESH, PROFILE and REVOKE only)
 *   ${credential.NAME} API, TOKEN, REVOKE         (VALIDATE, REFRESH, PROFILE and REVOKE only): a credential field
 * The host fills them in as it encodes the request; `$$` stands for one `$`. `$base64{TEXT}` stands for the base64 (RFC 4648 4) of
 * TEXT, whose references are filled in first; it ends at its `}`, and `$}` in it stands for one `}`: Basic authentication (RFC 7617)
 * is `Basic $base64{${credential.user}:${credential.password}}`. A reference that is unknown, or not allowed at that origin, fails
 * the request with TENON_TRANSPORT_DENIED before anything is sent.
 *
 * Keys: in query and form they may repeat, and are sent in order (but not in an authorization request, RFC 6749 3.1); in
 * path_params, json and headers, whose names know no case, they may not.
 * Headers: Host, Connection, Content-Length, Transfer-Encoding, Keep-Alive, TE, Trailer, Upgrade, Expect, Accept-Encoding,
 * Content-Encoding, Cookie, HTTP2-Settings, Via, Forwarded, Proxy-…, Sec-… and X-Forwarded-… are the host's; so is
 * Content-Type of a form, and Authorization where CLIENT_AUTH or BEARER sets it. Accept is application/json unless one is given.
 * Handed out by the plugin: valid until the next call on the same operation. Growable. */
typedef struct tenon_http_request {
    uint32_t struct_size, flags;
    tenon_str method;      /* GET, POST, PUT, PATCH or DELETE */
    tenon_str url;         /* absolute, of an origin in the descriptor; {name} is filled from path_params; a query that it
                              has is kept and comes first */
    tenon_kvs path_params; /* percent-encoded by the host, as are query and form */
    tenon_kvs query, form, json, headers; /* at most one of form, json and body is not empty */
    tenon_str body;                       /* bytes; their Content-Type is among headers, the host adds none. A GET has no body */
    uint32_t timeout_ms, max_body_bytes;  /* 0 = the host's default; the host may lower, never raise */
} tenon_http_request;

/* Why there is no answer. */
enum {
    TENON_TRANSPORT_OK = 0u, /* there is an answer: look at status */
    TENON_TRANSPORT_TIMEOUT = 1u,
    TENON_TRANSPORT_DNS = 2u,
    TENON_TRANSPORT_CONNECT = 3u,
    TENON_TRANSPORT_TLS = 4u,
    TENON_TRANSPORT_RESET = 5u,     /* closed or cut off before the answer was whole */
    TENON_TRANSPORT_TOO_LARGE = 6u, /* the answer is longer than max_body_bytes */
    TENON_TRANSPORT_DENIED = 7u,    /* the host's policy refused to send it */
    TENON_TRANSPORT_CANCELLED = 8u /* of the host's own records: a plugin is not stepped with it, but destroyed */
};

/* Did the provider get the request? What may be repeated depends on it. */
enum { TENON_SENT_NO = 0u, TENON_SENT_MAYBE = 1u, TENON_SENT_YES = 2u };

/* An answer. Passed in by the host: valid until the call returns. Growable. */
typedef struct tenon_http_response {
    uint32_t struct_size, transport;
    uint32_t status, sent; /* status: the HTTP status, 0 without an answer */
    tenon_kvs headers;     /* names in lower case; a name may repeat */
    tenon_str body;        /* bytes */
} tenon_http_response;

#ifdef __cplusplus
}
#endif

#endif
