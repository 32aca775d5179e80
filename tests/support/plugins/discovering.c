/* A provider that is described by its issuer's metadata: DESCRIBE asks for them, then takes an
 * origin from them. Built with DISCOVERING_DEFAULT it names an issuer itself where the operator
 * names none. */
#include "kit.h"

struct tenon_op {
    char issuer[256], endpoint[256];
    tenon_origin origin;
    const tenon_origin* origins[1];
    tenon_descriptor descriptor;
    tenon_result result;
    tenon_error error;
    tenon_kv details[1];
};

/* The value of "token_endpoint": all that this plugin reads of JSON, without its path. */
static void find_endpoint(tenon_op* op, const char* document) {
    static const char name[] = "\"token_endpoint\":\"";
    const char* from = strstr(document, name);
    if (from == NULL) {
        return;
    }
    from += sizeof name - 1;
    const char* host = strstr(from, "://");
    const size_t len = host == NULL ? 0 : (size_t)(host - from) + 3 + strcspn(host + 3, "/\"");
    if (len < sizeof op->endpoint) {
        memcpy(op->endpoint, from, len);
    }
}

static void described(tenon_op* op, tenon_action* action, const tenon_descriptor* base) {
    op->descriptor = *base;
    op->descriptor.issuer = kit_text(op->issuer);
    op->descriptor.flags = TENON_DESCRIPTOR_DISCOVERY;
    op->descriptor.origin_count = 0;
    if (op->endpoint[0] != 0) {
        op->origin.struct_size = sizeof op->origin;
        op->origin.roles = TENON_ROLE_TOKEN;
        op->origin.url = kit_text(op->endpoint);
        op->origins[0] = &op->origin;
        op->descriptor.origins = op->origins;
        op->descriptor.origin_count = 1;
    }
    op->result.struct_size = sizeof op->result;
    op->result.descriptor = &op->descriptor;
    action->kind = TENON_ACTION_DONE;
    action->result = &op->result;
}

static tenon_status begin(
    const tenon_provider* provider, const tenon_op_input* input, tenon_op** out,
    tenon_action* action
) {
    tenon_op* op = calloc(1, sizeof *op);
    *out = op;
    if (op == NULL) {
        return TENON_NOMEM;
    }
    char document[4096];
    kit_copy(op->issuer, sizeof op->issuer, input->config, "issuer");
    kit_copy(document, sizeof document, input->config, "discovery");
    if (op->issuer[0] == 0) {
        op->details[0] = kit_kv("issuer", "is missing", 0);
        op->error.struct_size = sizeof op->error;
        op->error.category = TENON_ERROR_MISCONFIGURED;
        op->error.details = (tenon_kvs){op->details, 1};
        action->kind = TENON_ACTION_FAIL;
        action->error = &op->error;
        return TENON_OK;
    }
    find_endpoint(op, document);
    described(op, action, provider->descriptor);
    return TENON_OK;
}

static tenon_status step(tenon_op* op, const tenon_reply* reply, tenon_action* action) {
    (void)op;
    (void)reply;
    (void)action;
    return TENON_INVALID;
}

static void destroy(tenon_op* op) {
    free(op);
}

static const tenon_field issuer_field = {
    .struct_size = sizeof(tenon_field),
#ifdef DISCOVERING_DEFAULT
    .default_value = TEXT(DISCOVERING_DEFAULT),
#endif
    .type = TENON_FIELD_URL,
    .name = TEXT("issuer")};
static const tenon_field* const config_fields[] = {&issuer_field};
static const tenon_descriptor descriptor = {
    .struct_size = sizeof(tenon_descriptor),
    .id = TEXT("discovering"),
    .display_name = TEXT("Discovering"),
    .version = TEXT("1"),
    .auth_kinds = TENON_AUTH_CODE,
    .operations = KIT_OPERATIONS | 1u << TENON_OP_DESCRIBE,
    .config_fields = config_fields,
    .config_field_count = 1};
static const tenon_provider provider = {
    sizeof(tenon_provider), 0, NULL, &descriptor, begin, step, destroy, NULL};
static const tenon_provider* const providers[] = {&provider};
static const tenon_plugin plugin = {
    sizeof(tenon_plugin), TENON_ABI_MINOR, TENON_PLUGIN_MAGIC, providers, 1};

const tenon_plugin* tenon_plugin_entry_v1(void) {
    return &plugin;
}
