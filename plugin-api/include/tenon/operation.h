/* operation.h: what flows in and out of an operation. An operation is a state machine: op_begin and op_step
 * each return one action; the host performs it and replies. No I/O happens in the plugin. */
#ifndef TENON_OPERATION_H
#define TENON_OPERATION_H

#include "base.h"
#include "descriptor.h"
#include "request.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of operation. The host sends only kinds that the descriptor's `operations` has a bit for. */
enum {
    /* Pure. The configuration in; the descriptor of this instance out (result.descriptor), or FAIL with
     * category MISCONFIGURED and each wrong configuration key in error.details. */
    TENON_OP_DESCRIBE = 0u,
    /* params: redirect_uri, state, scope (space-separated), code_challenge?, code_challenge_method?, nonce?, and
     * connect. Out: result.authorize, a GET whose query is all that the browser takes along; the client id is
     * in it as `${client_id}`, a template, under the provider's own name for it. Most providers need no request
     * for this; a pushed authorization request (RFC 9126) is one. */
    TENON_OP_AUTHORIZE = 1u,
    /* params: code, redirect_uri, scope (as it was asked for), code_verifier? (a template), account_id? (the account
     * to connect anew: for providers that tell nobody's), and each other parameter of the callback as callback.NAME. Out: one grant or more, the main one first. */
    TENON_OP_EXCHANGE = 2u,
    /* params: account_id, scope, base_url? (as an earlier grant told it), access_token and, where there are any, refresh_token and each
     * credential as credential.NAME (templates). Out: one grant; an empty refresh_token means: keep it. */
    TENON_OP_REFRESH = 3u,
    /* params: account_id?, scope? (as granted), base_url?, each credential as credential.NAME (templates). Out: fields account_id, username, display_name, email, avatar_url, followers, ...
     * as known, `raw` (JSON: the provider's answer), `subject` (the OpenID Connect `sub`, where there is one);
     * any other field is kept as metadata under its own key. */
    TENON_OP_PROFILE = 4u,
    /* params: account_id, base_url?, access_token and, where there are any, refresh_token and each credential as credential.NAME (templates).
     * Out: nothing; DONE = the tokens are dead. */
    TENON_OP_REVOKE = 5u,
    /* A person connects without a redirect, by what the descriptor's credential_fields ask for.
     * params: each credential that was filled in as credential.NAME, a template, and account_id? (the account to connect anew).
     * Out: one grant or more, as of EXCHANGE, once the provider has accepted the credentials. Where the credential itself is the access token,
     * the grant has TENON_GRANT_TEMPLATE and names it: `${credential.api_key}`. The host keeps the credentials, sealed, beside the grants.
     * FAIL: TOKEN_REJECTED = the provider refuses the credentials; INVALID_INPUT = one of the fields, named in error.details, can't be right. */
    TENON_OP_VALIDATE = 6u,
    /* Reserved kinds, whose inputs and results are defined when a minor version adds them. */
    TENON_OP_SIGN = 7u,
    TENON_OP_SYNC = 8u,
    TENON_OP_WEBHOOK = 9u,
    TENON_OP_ACTION = 10u
};

/* What an operation is about. No key of config, params or connect repeats. Passed in: valid until op_begin returns. Growable. */
typedef struct tenon_op_input {
    uint32_t struct_size, kind;
    int64_t now_ms;    /* milliseconds since the epoch: the operation's only clock, with each reply's */
    tenon_kvs config;  /* the operator's, without client secrets; nested values are JSON */
    tenon_kvs params;  /* as the kind says */
    tenon_kvs connect; /* the connect parameters, validated against the descriptor's connect_fields */
    tenon_str slot;    /* of REFRESH, PROFILE and REVOKE */
    uint32_t host_minor, reserved; /* host_minor: the host's TENON_ABI_MINOR. The host sends a plugin nothing newer than the plugin's
                                      abi_minor; a plugin hands out nothing newer than this */
} tenon_op_input;

/* A request to a host service. Handed out: valid until the next call on the same operation. Growable.
 * No key of args repeats.
 * `tenon.hmac-sha256/1`: args key and message (either may be a template); out: hex. Needs the id in descriptor.host_calls. */
typedef struct tenon_call {
    uint32_t struct_size, reserved;
    tenon_str id;
    tenon_kvs args;
} tenon_call;

/* Flags of a tenon_grant. TEMPLATE: access_token is a template of the credentials (request.h), which the host fills in as it
 * stores the grant. Of VALIDATE and REFRESH only. */
enum { TENON_GRANT_TEMPLATE = 1u };

/* One set of tokens. Handed out: valid until the next call on the same operation. Growable. */
typedef struct tenon_grant {
    uint32_t struct_size, flags;
    tenon_str slot;       /* "" is the main one; of a REFRESH the one that was asked for */
    tenon_str account_id; /* the provider's id of the account; empty: PROFILE tells it */
    tenon_str access_token, refresh_token, id_token, token_type;
    tenon_str scope;    /* granted, space-separated; empty: as it was asked for (RFC 6749 5.1) */
    tenon_str base_url; /* where this account's API is, if that differs by account */
    tenon_str metadata_json; /* an object with what the provider told of the account, or empty */
    int64_t expires_at_ms, refresh_expires_at_ms, refresh_not_before_ms; /* 0 = unknown */
} tenon_grant;

/* How DONE ends. No key of fields repeats. Handed out, with all that it points to: valid until the next call on the same
 * operation; the host copies. Growable. */
typedef struct tenon_result {
    uint32_t struct_size, grant_count;
    const tenon_grant *const *grants;
    const tenon_http_request *authorize;
    const tenon_descriptor *descriptor; /* valid until op_destroy; the host copies */
    tenon_kvs fields;
} tenon_result;

/* Whose fault a failure is, and so what the host does about it. */
enum {
    TENON_ERROR_PROVIDER = 0u,      /* an answer that makes no sense, or an unknown error */
    TENON_ERROR_REVOKED = 1u,       /* invalid_grant: the person must reconnect */
    TENON_ERROR_INVALID_CODE = 2u,  /* the authorization code is wrong, used or expired */
    TENON_ERROR_ACCESS_DENIED = 3u, /* the person, or an administrator, said no */
    TENON_ERROR_SCOPE = 4u,         /* the token lacks a scope */
    TENON_ERROR_MISCONFIGURED = 5u, /* invalid_client and its like: the operator's fault */
    TENON_ERROR_RATE_LIMITED = 6u,
    TENON_ERROR_UNAVAILABLE = 7u, /* 5xx, transport: try again later */
    TENON_ERROR_UNSUPPORTED = 8u, /* this account or provider can't do that */
    TENON_ERROR_INVALID_INPUT = 9u,
    TENON_ERROR_TOKEN_REJECTED = 10u /* an API answered 401: this access token is dead, the grant may not be */
};

/* How FAIL ends. Handed out: valid until the next call on the same operation. Growable. */
typedef struct tenon_error {
    uint32_t struct_size, category;
    uint32_t retry_after_ms, http_status; /* 0 = unknown */
    tenon_str code;    /* the provider's own, such as invalid_grant */
    tenon_str message; /* for a developer; never a secret */
    tenon_kvs details; /* field -> what is wrong with it */
} tenon_error;

enum {
    TENON_ACTION_HTTP = 1u,
    TENON_ACTION_CALL = 2u,
    TENON_ACTION_SLEEP = 3u,
    TENON_ACTION_DONE = 4u,
    TENON_ACTION_FAIL = 5u
};

/* What the plugin wants next. The host presets struct_size and zeroes the rest; the plugin sets kind and
 * exactly the one pointer of that kind (SLEEP: sleep_ms). Growable. */
typedef struct tenon_action {
    uint32_t struct_size, kind;
    const tenon_http_request *http;
    const tenon_call *call;
    const tenon_result *result;
    const tenon_error *error;
    uint32_t sleep_ms, reserved;
} tenon_action;

/* What became of the last action. kind: that action's. Passed in: valid until the call returns. Growable. */
typedef struct tenon_reply {
    uint32_t struct_size, kind;
    int64_t now_ms; /* HTTP: when the request was sent, so that lifetimes counted from it are never too long */
    const tenon_http_response *http;
    tenon_status call_status;
    uint32_t reserved;
    tenon_kvs call_out;
} tenon_reply;

#ifdef __cplusplus
}
#endif

#endif
