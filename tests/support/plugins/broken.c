/* One provider for each way to break the contract; its id says which. Each begins a PROFILE. */
#include "kit.h"

struct tenon_op {
    int unused;
};

static kit_counters counters;
static struct tenon_op the_op;

static const tenon_http_request fine_request = {
    .struct_size = sizeof(tenon_http_request),
    .method = TEXT("GET"),
    .url = TEXT("https://api.example.test/me")};
static const tenon_result fine_result = {.struct_size = sizeof(tenon_result)};

typedef void (*behaviour)(tenon_action* action);

static void two_pointers(tenon_action* action) {
    action->kind = TENON_ACTION_DONE;
    action->result = &fine_result;
    action->http = &fine_request;
}
static void wrong_pointer(tenon_action* action) {
    action->kind = TENON_ACTION_HTTP;
    action->result = &fine_result;
}
static void null_pointer(tenon_action* action) {
    action->kind = TENON_ACTION_HTTP;
}
static void unknown_kind(tenon_action* action) {
    action->kind = 77;
}
static void no_kind(tenon_action* action) {
    (void)action;
}
static void huge_sleep(tenon_action* action) {
    action->kind = TENON_ACTION_SLEEP;
    action->sleep_ms = 30001;
}
static void with_request(tenon_action* action, const tenon_http_request* request) {
    action->kind = TENON_ACTION_HTTP;
    action->http = request;
}
static void null_text(tenon_action* action) {
    static tenon_http_request request;
    request = fine_request;
    request.url.ptr = NULL;
    with_request(action, &request);
}
static void huge_text(tenon_action* action) {
    static tenon_http_request request;
    request = fine_request;
    request.url.len = (size_t)-1;
    with_request(action, &request);
}
static void huge_count(tenon_action* action) {
    static tenon_http_request request;
    static tenon_kv one;
    request = fine_request;
    request.query = (tenon_kvs){&one, (size_t)1 << 60};
    with_request(action, &request);
}
static void null_list(tenon_action* action) {
    static tenon_http_request request;
    request = fine_request;
    request.form = (tenon_kvs){NULL, 3};
    with_request(action, &request);
}
static void odd_struct_size(tenon_action* action) {
    static tenon_http_request request;
    request = fine_request;
    request.struct_size = 13;
    with_request(action, &request);
}
static void zero_struct_size(tenon_action* action) {
    static tenon_http_request request;
    request = fine_request;
    request.struct_size = 0;
    with_request(action, &request);
}
static void not_utf8(tenon_action* action) {
    static tenon_http_request request;
    request = fine_request;
    request.url = (tenon_str)TEXT("https://api.example.test/\xff");
    with_request(action, &request);
}
static void unknown_flag(tenon_action* action) {
    static tenon_http_request request;
    request = fine_request;
    request.flags = 0x80000000u;
    with_request(action, &request);
}
static void unknown_kv_flag(tenon_action* action) {
    static const tenon_kv header = {TEXT("X-A"), TEXT("a"), 8u, 0};
    static tenon_http_request request;
    request = fine_request;
    request.headers = (tenon_kvs){&header, 1};
    with_request(action, &request);
}
static void reserved_in_kv(tenon_action* action) {
    static const tenon_kv header = {TEXT("X-A"), TEXT("a"), 0, 1};
    static tenon_http_request request;
    request = fine_request;
    request.headers = (tenon_kvs){&header, 1};
    with_request(action, &request);
}
static void reserved_in_action(tenon_action* action) {
    with_request(action, &fine_request);
    action->reserved = 5;
}
static void reserved_in_call(tenon_action* action) {
    static const tenon_call call = {
        .struct_size = sizeof(tenon_call), .reserved = 1, .id = TEXT("tenon.hmac-sha256/1")};
    action->kind = TENON_ACTION_CALL;
    action->call = &call;
}
static void with_grants(tenon_action* action, const tenon_grant* first, const tenon_grant* second) {
    static const tenon_grant* grants[2];
    static tenon_result result;
    grants[0] = first;
    grants[1] = second;
    result = fine_result;
    result.grants = grants;
    result.grant_count = second == NULL ? 1 : 2;
    action->kind = TENON_ACTION_DONE;
    action->result = &result;
}
static const tenon_grant main_grant = {
    .struct_size = sizeof(tenon_grant), .access_token = TEXT("t")};
static const tenon_grant user_grant = {
    .struct_size = sizeof(tenon_grant), .slot = TEXT("user"), .access_token = TEXT("u")};
static void unknown_grant_flag(tenon_action* action) {
    static const tenon_grant grant = {
        .struct_size = sizeof(tenon_grant), .flags = 1, .access_token = TEXT("t")};
    with_grants(action, &grant, NULL);
}
static void one_slot_twice(tenon_action* action) {
    with_grants(action, &main_grant, &main_grant);
}
static void two_grants(tenon_action* action) {
    with_grants(action, &main_grant, &user_grant);
}
static void endless(tenon_action* action) {
    action->kind = TENON_ACTION_SLEEP;
    action->sleep_ms = 0;
}
static void grants_in_profile(tenon_action* action) {
    static const tenon_grant grant = {
        .struct_size = sizeof(tenon_grant), .access_token = TEXT("t")};
    static const tenon_grant* const grants[] = {&grant};
    static const tenon_result result = {
        .struct_size = sizeof(tenon_result), .grant_count = 1, .grants = grants};
    action->kind = TENON_ACTION_DONE;
    action->result = &result;
}
static void null_grant(tenon_action* action) {
    static const tenon_grant* const grants[] = {NULL};
    static const tenon_result result = {
        .struct_size = sizeof(tenon_result), .grant_count = 1, .grants = grants};
    action->kind = TENON_ACTION_DONE;
    action->result = &result;
}
static void bad_json_field(tenon_action* action) {
    static const tenon_kv field = {TEXT("raw"), TEXT("{"), TENON_KV_JSON, 0};
    static const tenon_result result = {.struct_size = sizeof(tenon_result), .fields = {&field, 1}};
    action->kind = TENON_ACTION_DONE;
    action->result = &result;
}
static void header_with_newline(tenon_action* action) {
    static const tenon_kv header = {TEXT("X-A"), TEXT("a\r\nX-B: b"), 0, 0};
    static tenon_http_request request;
    request = fine_request;
    request.headers = (tenon_kvs){&header, 1};
    with_request(action, &request);
}
static void status_only(tenon_action* action) {
    (void)action;
}

/* What begin answers, and whether it sets *op: the ways to break the call itself. */
typedef struct way {
    const char* id;
    behaviour act;
    tenon_status begin_status, step_status;
    int without_op;
} way;

#define EACH_WAY(X)                                                    \
    X(two_pointers, two_pointers, TENON_OK, TENON_OK, 0)               \
    X(wrong_pointer, wrong_pointer, TENON_OK, TENON_OK, 0)             \
    X(null_pointer, null_pointer, TENON_OK, TENON_OK, 0)               \
    X(unknown_kind, unknown_kind, TENON_OK, TENON_OK, 0)               \
    X(no_kind, no_kind, TENON_OK, TENON_OK, 0)                         \
    X(huge_sleep, huge_sleep, TENON_OK, TENON_OK, 0)                   \
    X(null_text, null_text, TENON_OK, TENON_OK, 0)                     \
    X(huge_text, huge_text, TENON_OK, TENON_OK, 0)                     \
    X(huge_count, huge_count, TENON_OK, TENON_OK, 0)                   \
    X(null_list, null_list, TENON_OK, TENON_OK, 0)                     \
    X(odd_struct_size, odd_struct_size, TENON_OK, TENON_OK, 0)         \
    X(zero_struct_size, zero_struct_size, TENON_OK, TENON_OK, 0)       \
    X(not_utf8, not_utf8, TENON_OK, TENON_OK, 0)                       \
    X(unknown_flag, unknown_flag, TENON_OK, TENON_OK, 0)               \
    X(unknown_kv_flag, unknown_kv_flag, TENON_OK, TENON_OK, 0)         \
    X(reserved_in_kv, reserved_in_kv, TENON_OK, TENON_OK, 0)           \
    X(reserved_in_action, reserved_in_action, TENON_OK, TENON_OK, 0)   \
    X(reserved_in_call, reserved_in_call, TENON_OK, TENON_OK, 0)       \
    X(unknown_grant_flag, unknown_grant_flag, TENON_OK, TENON_OK, 0)   \
    X(one_slot_twice, one_slot_twice, TENON_OK, TENON_OK, 0)           \
    X(two_grants, two_grants, TENON_OK, TENON_OK, 0)                   \
    X(endless, endless, TENON_OK, TENON_OK, 0)                         \
    X(grants_in_profile, grants_in_profile, TENON_OK, TENON_OK, 0)     \
    X(null_grant, null_grant, TENON_OK, TENON_OK, 0)                   \
    X(bad_json_field, bad_json_field, TENON_OK, TENON_OK, 0)           \
    X(header_with_newline, header_with_newline, TENON_OK, TENON_OK, 0) \
    X(begin_invalid, status_only, TENON_INVALID, TENON_OK, 1)          \
    X(begin_nomem, status_only, TENON_NOMEM, TENON_OK, 1)              \
    X(begin_unsupported, status_only, TENON_UNSUPPORTED, TENON_OK, 1)  \
    X(begin_odd_status, status_only, 99, TENON_OK, 1)                  \
    X(begin_failed_with_op, endless, TENON_INTERNAL, TENON_OK, 0)      \
    X(begin_without_op, endless, TENON_OK, TENON_OK, 1)                \
    X(step_internal, endless, TENON_OK, TENON_INTERNAL, 0)

static tenon_status begin(
    const tenon_provider* provider, const tenon_op_input* input, tenon_op** op, tenon_action* action
) {
    const way* self = provider->self;
    (void)input;
    *op = self->without_op ? NULL : &the_op;
    counters.begun += !self->without_op && self->begin_status == TENON_OK;
    self->act(action);
    return self->begin_status;
}

static const way* stepping;

static tenon_status step(tenon_op* op, const tenon_reply* reply, tenon_action* action) {
    (void)op;
    (void)reply;
    if (stepping != NULL && stepping->step_status != TENON_OK) {
        return stepping->step_status;
    }
    endless(action);
    return TENON_OK;
}

static tenon_status begin_noting(
    const tenon_provider* provider, const tenon_op_input* input, tenon_op** op, tenon_action* action
) {
    stepping = provider->self;
    return begin(provider, input, op, action);
}

static void destroy(tenon_op* op) {
    (void)op;
    ++counters.destroyed;
}

static const void* extension(const tenon_provider* provider, tenon_str id) {
    (void)provider;
    return kit_same(id, "test.counters") ? &counters : NULL;
}

#define DEFINE(name, act, begin_status, step_status, without_op)                 \
    static way way_##name = {#name, act, begin_status, step_status, without_op}; \
    static const tenon_descriptor descriptor_##name = KIT_DESCRIPTOR(#name);     \
    static const tenon_provider provider_##name = {                              \
        sizeof(tenon_provider), 0,    &way_##name, &descriptor_##name,           \
        begin_noting,           step, destroy,     extension};
EACH_WAY(DEFINE)

#define POINTER(name, act, begin_status, step_status, without_op) &provider_##name,
static const tenon_provider* const providers[] = {EACH_WAY(POINTER)};
static const tenon_plugin plugin = {
    sizeof(tenon_plugin), TENON_ABI_MINOR, TENON_PLUGIN_MAGIC, providers, COUNT(providers)};

const tenon_plugin* tenon_plugin_entry_v1(void) {
    return &plugin;
}
