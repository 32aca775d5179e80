/* What the test plugins share: a descriptor, and the words to answer with. Plain C, no SDK. */
#ifndef TENON_TEST_KIT_H
#define TENON_TEST_KIT_H

#include <stdlib.h>
#include <string.h>
#include <tenon/plugin.h>

#define TEXT(literal) \
    { literal, sizeof(literal) - 1 }
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const tenon_origin kit_browser = {
    sizeof(tenon_origin), TENON_ROLE_AUTHORIZE, TEXT("https://login.example.test")};
static const tenon_origin kit_token = {
    sizeof(tenon_origin), TENON_ROLE_TOKEN | TENON_ROLE_REVOKE, TEXT("https://token.example.test")};
static const tenon_origin kit_api = {
    sizeof(tenon_origin), TENON_ROLE_API, TEXT("https://api.example.test")};
static const tenon_origin kit_shop = {
    sizeof(tenon_origin), TENON_ROLE_TOKEN | TENON_ROLE_API, TEXT("https://{shop}.example.test")};
static const tenon_origin* const kit_origins[] = {&kit_browser, &kit_token, &kit_api, &kit_shop};

static const tenon_field kit_shop_field = {
    .struct_size = sizeof(tenon_field),
    .type = TENON_FIELD_TEXT,
    .name = TEXT("shop"),
    .label = TEXT("Shop"),
    .pattern = TEXT("[a-z]+-shop")};
static const tenon_field* const kit_connect_fields[] = {&kit_shop_field};

static const tenon_str kit_calls[] = {TEXT("tenon.hmac-sha256/1")};
static const tenon_scope kit_read = {
    sizeof(tenon_scope), TENON_SCOPE_DEFAULT, TEXT("read"), TEXT("Read")};
static const tenon_scope* const kit_scopes[] = {&kit_read};
static const tenon_refresh_policy kit_policy = {
    .struct_size = sizeof(tenon_refresh_policy), .flags = TENON_REFRESH_ROTATES};

#define KIT_OPERATIONS                                                             \
    (1u << TENON_OP_AUTHORIZE | 1u << TENON_OP_EXCHANGE | 1u << TENON_OP_REFRESH | \
     1u << TENON_OP_PROFILE | 1u << TENON_OP_REVOKE)

#define KIT_DESCRIPTOR(name)                                                                   \
    {                                                                                          \
        .struct_size = sizeof(tenon_descriptor), .id = TEXT(name), .display_name = TEXT(name), \
        .vendor = TEXT("tests"), .version = TEXT("1.0"), .auth_kinds = TENON_AUTH_CODE,        \
        .operations = KIT_OPERATIONS, .host_calls = {kit_calls, COUNT(kit_calls)},             \
        .client_auth = TENON_CLIENT_AUTH_POST, .refresh = &kit_policy, .origins = kit_origins, \
        .origin_count = COUNT(kit_origins), .scopes = kit_scopes,                              \
        .scope_count = COUNT(kit_scopes), .connect_fields = kit_connect_fields,                \
        .connect_field_count = COUNT(kit_connect_fields)                                       \
    }

/* How many operations a library began and destroyed: extension "test.counters". */
typedef struct kit_counters {
    int begun, destroyed;
} kit_counters;

static inline tenon_str kit_text(const char* text) {
    const tenon_str out = {text, strlen(text)};
    return out;
}

static inline tenon_kv kit_kv(const char* key, const char* value, uint32_t flags) {
    const tenon_kv out = {kit_text(key), kit_text(value), flags, 0};
    return out;
}

static inline int kit_same(tenon_str left, const char* right) {
    return left.len == strlen(right) && memcmp(left.ptr, right, left.len) == 0;
}

/* Copies the value of `key` into a buffer, cut to its size; "" if there is none. */
static inline void kit_copy(char* into, size_t size, tenon_kvs from, const char* key) {
    into[0] = 0;
    for (size_t i = 0; i < from.count; ++i) {
        if (kit_same(from.items[i].key, key)) {
            const size_t len = from.items[i].value.len < size ? from.items[i].value.len : size - 1;
            memcpy(into, from.items[i].value.ptr, len);
            into[len] = 0;
        }
    }
}

#endif
