/* Descriptors that break a rule each; the first one is fine, so that the file loads. */
#include "kit.h"

static tenon_status begin(
    const tenon_provider* provider, const tenon_op_input* input, tenon_op** op, tenon_action* action
) {
    (void)provider, (void)input, (void)action;
    *op = NULL;
    return TENON_UNSUPPORTED;
}
static tenon_status step(tenon_op* op, const tenon_reply* reply, tenon_action* action) {
    (void)op, (void)reply, (void)action;
    return TENON_INVALID;
}
static void destroy(tenon_op* op) {
    (void)op;
}

static const tenon_origin plain_http = {
    sizeof(tenon_origin), TENON_ROLE_API, TEXT("http://api.example.test")};
static const tenon_origin loopback = {
    sizeof(tenon_origin), TENON_ROLE_API, TEXT("http://127.0.0.1:9001")};
static const tenon_origin wildcard = {
    sizeof(tenon_origin), TENON_ROLE_API, TEXT("https://*.example.test")};
static const tenon_origin address = {
    sizeof(tenon_origin), TENON_ROLE_API, TEXT("https://192.0.2.1")};
static const tenon_origin with_path = {
    sizeof(tenon_origin), TENON_ROLE_API, TEXT("https://api.example.test/v1")};
static const tenon_origin no_role = {sizeof(tenon_origin), 0, TEXT("https://api.example.test")};
static const tenon_origin undeclared = {
    sizeof(tenon_origin), TENON_ROLE_API, TEXT("https://{tenant}.example.test")};
static const tenon_origin* const list_plain_http[] = {&plain_http};
static const tenon_origin* const list_loopback[] = {&loopback};
static const tenon_origin* const list_wildcard[] = {&wildcard};
static const tenon_origin* const list_address[] = {&address};
static const tenon_origin* const list_with_path[] = {&with_path};
static const tenon_origin* const list_no_role[] = {&no_role};
static const tenon_origin* const list_undeclared[] = {&undeclared};
static const tenon_field bad_pattern_field = {
    .struct_size = sizeof(tenon_field), .name = TEXT("shop"), .pattern = TEXT("[a-")};
static const tenon_field* const list_bad_pattern[] = {&bad_pattern_field};
static const tenon_field no_pattern_field = {
    .struct_size = sizeof(tenon_field), .name = TEXT("tenant")};
static const tenon_field* const list_no_pattern[] = {&no_pattern_field};
static const tenon_origin odd_role = {
    sizeof(tenon_origin), TENON_ROLE_API | 16u, TEXT("https://api.example.test")};
static const tenon_origin* const list_odd_role[] = {&odd_role};
static const tenon_field odd_field = {
    .struct_size = sizeof(tenon_field), .flags = 4u, .name = TEXT("shop")};
static const tenon_field* const list_odd_field[] = {&odd_field};
static const tenon_field reserved_field = {
    .struct_size = sizeof(tenon_field), .reserved = 2, .name = TEXT("shop")};
static const tenon_field* const list_reserved_field[] = {&reserved_field};
static const tenon_scope odd_scope = {
    .struct_size = sizeof(tenon_scope), .flags = 2u, .name = TEXT("read")};
static const tenon_scope* const list_odd_scope[] = {&odd_scope};
static const tenon_slot odd_slot = {.struct_size = sizeof(tenon_slot), .flags = 1u};
static const tenon_slot* const list_odd_slot[] = {&odd_slot};
static const tenon_refresh_policy odd_refresh = {
    .struct_size = sizeof(tenon_refresh_policy), .flags = 8u};
static const tenon_refresh_policy reserved_refresh = {
    .struct_size = sizeof(tenon_refresh_policy), .reserved = 5};
static const tenon_str unknown_call[] = {TEXT("tenon.mind-reading/1")};

#define WITH_ORIGINS(list) .origins = list, .origin_count = COUNT(list)
#define EACH(X)                                                                               \
    X(fine, .quirks = {NULL, 0})                                                              \
    X(plain_http, WITH_ORIGINS(list_plain_http))                                              \
    X(loopback, WITH_ORIGINS(list_loopback))                                                  \
    X(wildcard, WITH_ORIGINS(list_wildcard))                                                  \
    X(address, WITH_ORIGINS(list_address))                                                    \
    X(with_path, WITH_ORIGINS(list_with_path))                                                \
    X(no_role, WITH_ORIGINS(list_no_role))                                                    \
    X(undeclared, WITH_ORIGINS(list_undeclared))                                              \
    X(no_pattern, WITH_ORIGINS(list_undeclared), .connect_fields = list_no_pattern,           \
      .connect_field_count = COUNT(list_no_pattern))                                          \
    X(bad_pattern, .connect_fields = list_bad_pattern,                                        \
      .connect_field_count = COUNT(list_bad_pattern))                                         \
    X(no_name, .display_name = TEXT(""))                                                      \
    X(Bad_id, .vendor = TEXT("tests"))                                                        \
    X(too_new, .required_host_minor = 7, .client_auth = 99, .flags = 1u << 31, .reserved = 1) \
    X(unknown_call, .host_calls = {unknown_call, 1})                                          \
    X(no_exchange, .operations = 1u << TENON_OP_AUTHORIZE)                                    \
    X(odd_auth, .client_auth = 99)                                                            \
    X(null_origins, .origins = NULL, .origin_count = 4)                                       \
    X(short_struct, .struct_size = 12)                                                        \
    X(odd_flags, .flags = 8u)                                                                 \
    X(reserved, .reserved = 3)                                                                \
    X(odd_role, WITH_ORIGINS(list_odd_role))                                                  \
    X(odd_field, .connect_fields = list_odd_field, .connect_field_count = 1)                  \
    X(reserved_field, .config_fields = list_reserved_field, .config_field_count = 1)          \
    X(odd_scope, .scopes = list_odd_scope, .scope_count = 1)                                  \
    X(odd_slot, .slots = list_odd_slot, .slot_count = 1)                                      \
    X(odd_refresh, .refresh = &odd_refresh)                                                   \
    X(reserved_refresh, .refresh = &reserved_refresh)                                         \
    X(odd_auth_kind, .auth_kinds = TENON_AUTH_CODE | 32u)                                     \
    X(reserved_auth, .auth_kinds = TENON_AUTH_DEVICE | TENON_AUTH_EXTERNAL_SESSION)           \
    X(reserved_kind, .operations = KIT_OPERATIONS | 1u << TENON_OP_SIGN)                      \
    X(odd_kind, .operations = KIT_OPERATIONS | 1ull << 40)                                    \
    X(odd_docs, .docs_url = TEXT("http://docs.example.test"))                                 \
    X(odd_icon, .icon = TEXT("javascript:alert(1)"))

#define BASE(name)                                                                           \
    .struct_size = sizeof(tenon_descriptor), .id = TEXT(#name), .display_name = TEXT(#name), \
    .version = TEXT("1"), .auth_kinds = TENON_AUTH_CODE, .operations = KIT_OPERATIONS
#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Woverride-init" /* each way overrides one field of the base */
#endif
#define DEFINE(name, ...)                                                        \
    static const tenon_descriptor descriptor_##name = {BASE(name), __VA_ARGS__}; \
    static const tenon_provider provider_##name = {                              \
        sizeof(tenon_provider), 0, NULL, &descriptor_##name, begin, step, destroy, NULL};
EACH(DEFINE)

static const tenon_descriptor descriptor_of_reserved = {BASE(of_reserved)};
static const tenon_provider reserved_provider = {
    sizeof(tenon_provider), 9, NULL, &descriptor_of_reserved, begin, step, destroy, NULL};

#define POINTER(name, ...) &provider_##name,
static const tenon_provider* const providers[] = {EACH(POINTER) & reserved_provider};
static const tenon_plugin plugin = {
    sizeof(tenon_plugin), 3 /* of a newer kit */, TENON_PLUGIN_MAGIC, providers, COUNT(providers)};

const tenon_plugin* tenon_plugin_entry_v1(void) {
    return &plugin;
}
