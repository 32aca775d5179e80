/* Acme: a provider that people connect by an API key, in plain C11 over the ABI itself.
 *
 * An operation asks GET /me once and ends with what it told. Everything that is handed out lies in
 * the operation, or is static. */
#include <tenon/plugin.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct tenon_op {
    uint32_t kind, ended;
    char id[65];
    tenon_kv header, field;
    tenon_http_request request;
    tenon_grant grant;
    const tenon_grant* grants[1];
    tenon_result result;
    tenon_error error;
};

/* --- what the provider is
 * ------------------------------------------------------------------------------------- */

static const tenon_origin api = {
    .struct_size = sizeof(api),
    .roles = TENON_ROLE_API,
    .url = TENON_STR("https://api.acme.example")};
static const tenon_origin* const origins[] = {&api};

static const tenon_field key_field = {
    .struct_size = sizeof(key_field),
    .flags = TENON_FIELD_REQUIRED | TENON_FIELD_SECRET,
    .name = TENON_STR("api_key"),
    .label = TENON_STR("API key"),
    .description = TENON_STR("In Acme's settings, under \"Developers\""),
    .pattern = TENON_STR("[!-~]{8,200}")};
static const tenon_field* const key_fields[] = {&key_field};

static const tenon_descriptor about = {
    .struct_size = sizeof(about),
    .id = TENON_STR("acme"),
    .display_name = TENON_STR("Acme"),
    .category = TENON_STR("crm"),
    .vendor = TENON_STR("Acme Inc."),
    .version = TENON_STR("0.1.0"),
    .auth_kinds = TENON_AUTH_API_KEY,
    .operations = (1u << TENON_OP_VALIDATE) | (1u << TENON_OP_PROFILE),
    .origins = origins,
    .origin_count = 1,
    .credential_fields = key_fields,
    .credential_field_count = 1};

/* --- what Acme answers
 * ---------------------------------------------------------------------------------------- */

/* What stands behind `"id":` in {"id": 42, ...}: digits, or a text of visible ASCII without
 * escapes. A real plugin takes a JSON library along, linked in statically. */
static bool read_id(tenon_str body, char* out, size_t room) {
    static const char name[] = "\"id\":";
    const size_t length = sizeof(name) - 1;
    size_t at = 0;
    while (at + length <= body.len && memcmp(body.ptr + at, name, length) != 0) {
        ++at;
    }
    at += length;
    while (at < body.len && body.ptr[at] == ' ') {
        ++at;
    }
    const bool is_text = at < body.len && body.ptr[at] == '"';
    at += is_text ? 1 : 0;
    size_t count = 0;
    while (at + count < body.len && count + 1 < room) {
        const char c = body.ptr[at + count];
        const bool fits =
            is_text ? c > ' ' && c < 0x7f && c != '"' && c != '\\' : c >= '0' && c <= '9';
        if (!fits) {
            break;
        }
        out[count++] = c;
    }
    out[count] = '\0';
    if (count == 0 || at + count >= body.len) {
        return false;
    }
    const char end = body.ptr[at + count];
    return is_text ? end == '"' : end < '0' || end > '9';
}

/* Retry-After in seconds (RFC 9110 10.2.3), as milliseconds; 0 where it is absent, a date, or more
 * than a day. */
static uint32_t retry_after_ms(tenon_kvs headers) {
    static const char name[] = "retry-after";
    for (size_t i = 0; i < headers.count; ++i) {
        const tenon_kv* header = &headers.items[i];
        if (header->key.len != sizeof(name) - 1 ||
            memcmp(header->key.ptr, name, header->key.len) != 0) {
            continue;
        }
        uint32_t seconds = 0;
        for (size_t at = 0; at < header->value.len; ++at) {
            const char digit = header->value.ptr[at];
            if (digit < '0' || digit > '9' || seconds > 86400) {
                return 0;
            }
            seconds = seconds * 10 + (uint32_t)(digit - '0');
        }
        return seconds > 86400 ? 0 : seconds * 1000;
    }
    return 0;
}

/* --- how an operation goes on
 * ----------------------------------------------------------------------------------- */

static void ask(tenon_op* op, tenon_action* action) {
    op->request = (tenon_http_request){
        .struct_size = sizeof(op->request),
        .method = TENON_STR("GET"),
        .url = TENON_STR("https://api.acme.example/me")};
    if (op->kind == TENON_OP_PROFILE) {
        op->request.flags = TENON_HTTP_BEARER; /* the stored key */
    } else {
        op->header = (tenon_kv){
            .key = TENON_STR("Authorization"),
            .value = TENON_STR("Bearer ${credential.api_key}"),
            .flags = TENON_KV_TEMPLATE | TENON_KV_SECRET};
        op->request.headers = (tenon_kvs){&op->header, 1};
    }
    action->kind = TENON_ACTION_HTTP;
    action->http = &op->request;
}

static void fail(tenon_op* op, tenon_action* action, uint32_t category, tenon_str message) {
    op->ended = 1;
    op->error =
        (tenon_error){.struct_size = sizeof(op->error), .category = category, .message = message};
    action->kind = TENON_ACTION_FAIL;
    action->error = &op->error;
}

static void finish(tenon_op* op, tenon_action* action) {
    op->ended = 1;
    const tenon_str id = {op->id, strlen(op->id)};
    op->result = (tenon_result){.struct_size = sizeof(op->result)};
    if (op->kind == TENON_OP_VALIDATE) {
        /* The key itself is the token: the host puts it in. */
        op->grant = (tenon_grant){
            .struct_size = sizeof(op->grant),
            .flags = TENON_GRANT_TEMPLATE,
            .account_id = id,
            .access_token = TENON_STR("${credential.api_key}")};
        op->grants[0] = &op->grant;
        op->result.grants = op->grants;
        op->result.grant_count = 1;
    } else {
        op->field = (tenon_kv){.key = TENON_STR("account_id"), .value = id};
        op->result.fields = (tenon_kvs){&op->field, 1};
    }
    action->kind = TENON_ACTION_DONE;
    action->result = &op->result;
}

static tenon_status begin(
    const tenon_provider* provider, const tenon_op_input* input, tenon_op** op, tenon_action* action
) {
    (void)provider;
    *op = NULL;
    if (input->kind != TENON_OP_VALIDATE && input->kind != TENON_OP_PROFILE) {
        return TENON_UNSUPPORTED;
    }
    tenon_op* made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return TENON_NOMEM;
    }
    made->kind = input->kind;
    ask(made, action);
    *op = made;
    return TENON_OK;
}

static tenon_status step(tenon_op* op, const tenon_reply* reply, tenon_action* action) {
    if (op->ended || reply->kind != TENON_ACTION_HTTP) {
        return TENON_INVALID;
    }
    tenon_reply told;
    tenon_http_response answer;
    tenon_copy_sized(&told, sizeof(told), reply);
    tenon_copy_sized(&answer, sizeof(answer), told.http);
    const tenon_http_response* http = &answer;
    if (http->transport != TENON_TRANSPORT_OK || http->status >= 500) {
        fail(op, action, TENON_ERROR_UNAVAILABLE, (tenon_str)TENON_STR("Acme does not answer"));
    } else if (http->status == 429) {
        fail(
            op, action, TENON_ERROR_RATE_LIMITED,
            (tenon_str)TENON_STR("Acme asks to be asked less often")
        );
        op->error.retry_after_ms = retry_after_ms(http->headers);
    } else if (http->status == 401) {
        fail(
            op, action, TENON_ERROR_TOKEN_REJECTED, (tenon_str)TENON_STR("Acme refuses the API key")
        );
    } else if (http->status != 200 || !read_id(http->body, op->id, sizeof(op->id))) {
        fail(op, action, TENON_ERROR_PROVIDER, (tenon_str)TENON_STR("Acme's answer has no id"));
    } else {
        finish(op, action);
    }
    return TENON_OK;
}

static void destroy(tenon_op* op) {
    free(op);
}

static const void* extension(const tenon_provider* provider, tenon_str id) {
    (void)provider;
    (void)id;
    return NULL;
}

static const tenon_provider provider = {
    .struct_size = sizeof(provider),
    .descriptor = &about,
    .op_begin = begin,
    .op_step = step,
    .op_destroy = destroy,
    .get_extension = extension};
static const tenon_provider* const providers[] = {&provider};
static const tenon_plugin plugin = {
    .struct_size = sizeof(plugin),
    .abi_minor = TENON_ABI_MINOR,
    .magic = TENON_PLUGIN_MAGIC,
    .providers = providers,
    .provider_count = 1};

const tenon_plugin* tenon_plugin_entry_v1(void) {
    return &plugin;
}
