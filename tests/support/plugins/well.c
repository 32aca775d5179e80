/* A plugin that keeps to every rule: two requests in an exchange, a host call and a pause in a
 * profile. Built with WELL_BREAKS, WELL_BREAKS_AT_ONCE, WELL_CRASHES or WELL_LOSES_STATE it is a
 * next version that is not as good. */
#include "kit.h"

struct tenon_op {
    uint32_t kind, step;
    char params[6][256]; /* code, redirect_uri, state, scope, shop, slot */
    char first[512], second[512];
    tenon_kv query[8], form[8];
    tenon_http_request http;
    tenon_call call;
    tenon_error error;
    tenon_grant grant;
    const tenon_grant* grants[1];
    tenon_kv fields[4];
    tenon_result result;
};

static kit_counters counters;

static void http(
    tenon_op* op, tenon_action* action, const char* method, const char* url, uint32_t flags
) {
    memset(&op->http, 0, sizeof op->http);
    op->http.struct_size = sizeof op->http;
    op->http.method = kit_text(method);
    op->http.url = kit_text(url);
    op->http.flags = flags;
    action->kind = TENON_ACTION_HTTP;
    action->http = &op->http;
}

static tenon_status done(tenon_op* op, tenon_action* action) {
    op->result.struct_size = sizeof op->result;
    op->step = 1000;
    action->kind = TENON_ACTION_DONE;
    action->result = &op->result;
    return TENON_OK;
}

static tenon_status failed(
    tenon_op* op, tenon_action* action, uint32_t category, const char* code, uint32_t status
) {
    op->error.struct_size = sizeof op->error;
    op->error.category = category;
    op->error.code = kit_text(code);
    op->error.message = kit_text("as the test wanted it");
    op->error.http_status = status;
    op->step = 1000;
    action->kind = TENON_ACTION_FAIL;
    action->error = &op->error;
    return TENON_OK;
}

static tenon_status granted(tenon_op* op, tenon_action* action, const char* token, int64_t now_ms) {
    op->grant.struct_size = sizeof op->grant;
    op->grant.access_token = kit_text(token);
    op->grant.token_type = kit_text("Bearer");
    op->grant.expires_at_ms = now_ms + 1000;
    if (op->params[4][0] == '!') { /* shop: "!URL" asks for that base URL */
        op->grant.base_url = kit_text(op->params[4] + 1);
    }
    op->grants[0] = &op->grant;
    op->result.grants = op->grants;
    op->result.grant_count = 1;
    return done(op, action);
}

static tenon_status authorize(tenon_op* op, tenon_action* action) {
    op->query[0] = kit_kv("response_type", "code", 0);
    op->query[1] = kit_kv("client_id", "${client_id}", TENON_KV_TEMPLATE);
    op->query[2] = kit_kv("redirect_uri", op->params[1], 0);
#ifdef WELL_LOSES_STATE
    op->query[3] = kit_kv("state", "mine", 0);
#else
    op->query[3] = kit_kv("state", op->params[2], 0);
#endif
    op->query[4] = kit_kv("scope", op->params[3], 0);
    http(op, action, "GET", "https://login.example.test/authorize", 0);
    op->http.query = (tenon_kvs){op->query, 5};
    op->result.authorize = &op->http;
    action->http = NULL;
    return done(op, action);
}

static tenon_status begin(
    const tenon_provider* provider, const tenon_op_input* input, tenon_op** out,
    tenon_action* action
) {
    (void)provider;
    static const char* const names[] = {"code", "redirect_uri", "state", "scope"};
    tenon_op* op = calloc(1, sizeof *op);
    *out = op;
    if (op == NULL) {
        return TENON_NOMEM;
    }
    ++counters.begun;
    op->kind = input->kind;
    for (size_t i = 0; i < COUNT(names); ++i) {
        kit_copy(op->params[i], sizeof op->params[i], input->params, names[i]);
    }
    kit_copy(op->params[4], sizeof op->params[4], input->params, "shop");
    switch (op->kind) {
        case TENON_OP_AUTHORIZE: return authorize(op, action);
        case TENON_OP_EXCHANGE:
            http(
                op, action, "POST", "https://token.example.test/token",
                TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY
            );
            op->form[0] = kit_kv("grant_type", "authorization_code", 0);
            op->form[1] = kit_kv("code", op->params[0], TENON_KV_SECRET);
            op->form[2] = kit_kv("code_verifier", "${code_verifier}", TENON_KV_TEMPLATE);
            op->http.form = (tenon_kvs){op->form, 3};
            return TENON_OK;
        case TENON_OP_REFRESH:
            /* GRANT_REPLY is forgotten here: the host infers it. */
            http(op, action, "POST", "https://token.example.test/token", TENON_HTTP_CLIENT_AUTH);
            op->form[0] = kit_kv("refresh_token", "${refresh_token}", TENON_KV_TEMPLATE);
            op->http.form = (tenon_kvs){op->form, 1};
            return TENON_OK;
        case TENON_OP_PROFILE:
            op->form[0] = kit_kv("key", "${client_secret}", TENON_KV_TEMPLATE);
            op->form[1] = kit_kv("message", "${access_token}", TENON_KV_TEMPLATE);
            op->call.struct_size = sizeof op->call;
            op->call.id = kit_text("tenon.hmac-sha256/1");
            op->call.args = (tenon_kvs){op->form, 2};
            action->kind = TENON_ACTION_CALL;
            action->call = &op->call;
            return TENON_OK;
        default: return done(op, action);
    }
}

static void keep_body(char* into, size_t size, const tenon_http_response* response) {
    const size_t len = response->body.len < size ? response->body.len : size - 1;
    if (len != 0) {
        memcpy(into, response->body.ptr, len);
    }
    into[len] = 0;
}

static tenon_status exchange(tenon_op* op, const tenon_reply* reply, tenon_action* action) {
    if (reply->http->transport != TENON_TRANSPORT_OK) {
        return failed(op, action, TENON_ERROR_UNAVAILABLE, "transport", 0);
    }
    if (reply->http->status !=
        200) { /* what it was answered is quoted, as a careless plugin would */
        keep_body(op->first, sizeof op->first, reply->http);
        failed(op, action, TENON_ERROR_INVALID_CODE, "invalid_grant", reply->http->status);
        op->error.message = kit_text(op->first);
        return TENON_OK;
    }
    if (op->step == 1) {
        keep_body(op->first, sizeof op->first / 2, reply->http);
        http(op, action, "GET", "https://api.example.test/long", TENON_HTTP_GRANT_REPLY);
        op->query[0] = kit_kv("short", op->first, TENON_KV_SECRET);
        op->http.query = (tenon_kvs){op->query, 1};
        return TENON_OK;
    }
    keep_body(op->second, sizeof op->second / 2, reply->http);
    strcat(op->first, "+");
    strcat(op->first, op->second);
    return granted(op, action, op->first, reply->now_ms);
}

static tenon_status refresh(tenon_op* op, const tenon_reply* reply, tenon_action* action) {
    if (reply->http->transport != TENON_TRANSPORT_OK) {
        return failed(op, action, TENON_ERROR_UNAVAILABLE, "transport", 0);
    }
    if (reply->http->status != 200) {
        return failed(op, action, TENON_ERROR_REVOKED, "invalid_grant", reply->http->status);
    }
    keep_body(op->first, sizeof op->first, reply->http);
    return granted(op, action, op->first, reply->now_ms);
}

static tenon_status profile(tenon_op* op, const tenon_reply* reply, tenon_action* action) {
    switch (op->step) {
        case 1:
            if (reply->kind != TENON_ACTION_CALL || reply->call_status != TENON_OK) {
                return failed(op, action, TENON_ERROR_PROVIDER, "call", 0);
            }
            kit_copy(op->first, sizeof op->first, reply->call_out, "hex");
            action->kind = TENON_ACTION_SLEEP;
            action->sleep_ms = 0;
            return TENON_OK;
        case 2:
            http(op, action, "GET", "https://api.example.test/me", TENON_HTTP_BEARER);
            op->query[0] = kit_kv("proof", op->first, 0);
            op->http.query = (tenon_kvs){op->query, 1};
            return TENON_OK;
        default:
            if (reply->http->transport != TENON_TRANSPORT_OK) {
                return failed(op, action, TENON_ERROR_UNAVAILABLE, "transport", 0);
            }
            keep_body(op->second, sizeof op->second, reply->http);
            op->fields[0] = kit_kv("account_id", op->second, 0);
            op->fields[1] = kit_kv("proof", op->first, 0);
            op->fields[2] = kit_kv("raw", "{\"big\":12345678901234567890}", TENON_KV_JSON);
            op->result.fields = (tenon_kvs){op->fields, 3};
            return done(op, action);
    }
}

static tenon_status step(tenon_op* op, const tenon_reply* reply, tenon_action* action) {
#ifdef WELL_CRASHES
    abort();
#endif
#ifdef WELL_BREAKS_AT_ONCE
    return TENON_INTERNAL;
#endif
#ifdef WELL_BREAKS /* as soon as something is answered */
    if (reply->http != NULL && reply->http->status == 200) {
        return TENON_INTERNAL;
    }
#endif
    if (op->step >= 1000) {
        return TENON_INVALID;
    }
    ++op->step;
    switch (op->kind) {
        case TENON_OP_EXCHANGE: return exchange(op, reply, action);
        case TENON_OP_REFRESH: return refresh(op, reply, action);
        case TENON_OP_PROFILE: return profile(op, reply, action);
        default: return TENON_INVALID;
    }
}

static void destroy(tenon_op* op) {
    ++counters.destroyed;
    free(op);
}

static const void* extension(const tenon_provider* provider, tenon_str id) {
    (void)provider;
    return kit_same(id, "test.counters") ? &counters : NULL;
}

static const tenon_descriptor descriptor = KIT_DESCRIPTOR("well");
static const tenon_provider provider = {
    sizeof(tenon_provider), 0, NULL, &descriptor, begin, step, destroy, extension};
static const tenon_provider* const providers[] = {&provider};
static const tenon_plugin plugin = {
    sizeof(tenon_plugin), TENON_ABI_MINOR, TENON_PLUGIN_MAGIC, providers, 1};

const tenon_plugin* tenon_plugin_entry_v1(void) {
    return &plugin;
}
