/* The ABI's layout, as it was released: compiled as C11 and as C++20. A line here never changes and
 * never goes; an appended field adds its line and changes its struct's size. Minor version 0. */
#include <tenon/plugin.h>

#ifdef __cplusplus
#define CHECK_LAYOUT(condition, text) static_assert(condition, text)
#else
#define CHECK_LAYOUT(condition, text) _Static_assert(condition, text)
#endif
#define SIZE(type, bytes) CHECK_LAYOUT(sizeof(type) == (bytes), "the size of " #type " changed")
#define FIELD(type, name, at) CHECK_LAYOUT(offsetof(type, name) == (at), #type "." #name " moved")

SIZE(tenon_str, 16);
FIELD(tenon_str, ptr, 0);
FIELD(tenon_str, len, 8);

SIZE(tenon_strs, 16);
FIELD(tenon_strs, items, 0);
FIELD(tenon_strs, count, 8);

SIZE(tenon_kv, 40);
FIELD(tenon_kv, key, 0);
FIELD(tenon_kv, value, 16);
FIELD(tenon_kv, flags, 32);
FIELD(tenon_kv, reserved, 36);

SIZE(tenon_kvs, 16);
FIELD(tenon_kvs, items, 0);
FIELD(tenon_kvs, count, 8);

SIZE(tenon_http_request, 144);
FIELD(tenon_http_request, struct_size, 0);
FIELD(tenon_http_request, flags, 4);
FIELD(tenon_http_request, method, 8);
FIELD(tenon_http_request, url, 24);
FIELD(tenon_http_request, path_params, 40);
FIELD(tenon_http_request, query, 56);
FIELD(tenon_http_request, form, 72);
FIELD(tenon_http_request, json, 88);
FIELD(tenon_http_request, headers, 104);
FIELD(tenon_http_request, body, 120);
FIELD(tenon_http_request, timeout_ms, 136);
FIELD(tenon_http_request, max_body_bytes, 140);

SIZE(tenon_http_response, 48);
FIELD(tenon_http_response, struct_size, 0);
FIELD(tenon_http_response, transport, 4);
FIELD(tenon_http_response, status, 8);
FIELD(tenon_http_response, sent, 12);
FIELD(tenon_http_response, headers, 16);
FIELD(tenon_http_response, body, 32);

SIZE(tenon_origin, 24);
FIELD(tenon_origin, struct_size, 0);
FIELD(tenon_origin, roles, 4);
FIELD(tenon_origin, url, 8);

SIZE(tenon_scope, 40);
FIELD(tenon_scope, struct_size, 0);
FIELD(tenon_scope, flags, 4);
FIELD(tenon_scope, name, 8);
FIELD(tenon_scope, description, 24);

SIZE(tenon_field, 112);
FIELD(tenon_field, struct_size, 0);
FIELD(tenon_field, flags, 4);
FIELD(tenon_field, type, 8);
FIELD(tenon_field, reserved, 12);
FIELD(tenon_field, name, 16);
FIELD(tenon_field, label, 32);
FIELD(tenon_field, description, 48);
FIELD(tenon_field, pattern, 64);
FIELD(tenon_field, default_value, 80);
FIELD(tenon_field, choices, 96);

SIZE(tenon_slot, 40);
FIELD(tenon_slot, struct_size, 0);
FIELD(tenon_slot, flags, 4);
FIELD(tenon_slot, name, 8);
FIELD(tenon_slot, description, 24);

SIZE(tenon_refresh_policy, 32);
FIELD(tenon_refresh_policy, struct_size, 0);
FIELD(tenon_refresh_policy, flags, 4);
FIELD(tenon_refresh_policy, reuse_grace_s, 8);
FIELD(tenon_refresh_policy, not_before_s, 12);
FIELD(tenon_refresh_policy, default_lifetime_s, 16);
FIELD(tenon_refresh_policy, default_refresh_lifetime_s, 20);
FIELD(tenon_refresh_policy, absolute_lifetime_s, 24);
FIELD(tenon_refresh_policy, reserved, 28);

SIZE(tenon_descriptor, 352);
FIELD(tenon_descriptor, struct_size, 0);
FIELD(tenon_descriptor, flags, 4);
FIELD(tenon_descriptor, id, 8);
FIELD(tenon_descriptor, display_name, 24);
FIELD(tenon_descriptor, category, 40);
FIELD(tenon_descriptor, icon, 56);
FIELD(tenon_descriptor, vendor, 72);
FIELD(tenon_descriptor, version, 88);
FIELD(tenon_descriptor, required_host_minor, 104);
FIELD(tenon_descriptor, auth_kinds, 108);
FIELD(tenon_descriptor, operations, 112);
FIELD(tenon_descriptor, host_calls, 120);
FIELD(tenon_descriptor, pkce_mode, 136);
FIELD(tenon_descriptor, pkce_encoding, 140);
FIELD(tenon_descriptor, client_auth, 144);
FIELD(tenon_descriptor, reserved, 148);
FIELD(tenon_descriptor, client_id_param, 152);
FIELD(tenon_descriptor, scope_separator, 168);
FIELD(tenon_descriptor, issuer, 184);
FIELD(tenon_descriptor, jwks_url, 200);
FIELD(tenon_descriptor, refresh, 216);
FIELD(tenon_descriptor, origins, 224);
FIELD(tenon_descriptor, origin_count, 232);
FIELD(tenon_descriptor, scopes, 240);
FIELD(tenon_descriptor, scope_count, 248);
FIELD(tenon_descriptor, slots, 256);
FIELD(tenon_descriptor, slot_count, 264);
FIELD(tenon_descriptor, config_fields, 272);
FIELD(tenon_descriptor, config_field_count, 280);
FIELD(tenon_descriptor, connect_fields, 288);
FIELD(tenon_descriptor, connect_field_count, 296);
FIELD(tenon_descriptor, credential_fields, 304);
FIELD(tenon_descriptor, credential_field_count, 312);
FIELD(tenon_descriptor, quirks, 320);
FIELD(tenon_descriptor, docs_url, 336);

SIZE(tenon_op_input, 88);
FIELD(tenon_op_input, struct_size, 0);
FIELD(tenon_op_input, kind, 4);
FIELD(tenon_op_input, now_ms, 8);
FIELD(tenon_op_input, config, 16);
FIELD(tenon_op_input, params, 32);
FIELD(tenon_op_input, connect, 48);
FIELD(tenon_op_input, slot, 64);
FIELD(tenon_op_input, host_minor, 80);
FIELD(tenon_op_input, reserved, 84);

SIZE(tenon_call, 40);
FIELD(tenon_call, struct_size, 0);
FIELD(tenon_call, reserved, 4);
FIELD(tenon_call, id, 8);
FIELD(tenon_call, args, 24);

SIZE(tenon_grant, 176);
FIELD(tenon_grant, struct_size, 0);
FIELD(tenon_grant, flags, 4);
FIELD(tenon_grant, slot, 8);
FIELD(tenon_grant, account_id, 24);
FIELD(tenon_grant, access_token, 40);
FIELD(tenon_grant, refresh_token, 56);
FIELD(tenon_grant, id_token, 72);
FIELD(tenon_grant, token_type, 88);
FIELD(tenon_grant, scope, 104);
FIELD(tenon_grant, base_url, 120);
FIELD(tenon_grant, metadata_json, 136);
FIELD(tenon_grant, expires_at_ms, 152);
FIELD(tenon_grant, refresh_expires_at_ms, 160);
FIELD(tenon_grant, refresh_not_before_ms, 168);

SIZE(tenon_result, 48);
FIELD(tenon_result, struct_size, 0);
FIELD(tenon_result, grant_count, 4);
FIELD(tenon_result, grants, 8);
FIELD(tenon_result, authorize, 16);
FIELD(tenon_result, descriptor, 24);
FIELD(tenon_result, fields, 32);

SIZE(tenon_error, 64);
FIELD(tenon_error, struct_size, 0);
FIELD(tenon_error, category, 4);
FIELD(tenon_error, retry_after_ms, 8);
FIELD(tenon_error, http_status, 12);
FIELD(tenon_error, code, 16);
FIELD(tenon_error, message, 32);
FIELD(tenon_error, details, 48);

SIZE(tenon_action, 48);
FIELD(tenon_action, struct_size, 0);
FIELD(tenon_action, kind, 4);
FIELD(tenon_action, http, 8);
FIELD(tenon_action, call, 16);
FIELD(tenon_action, result, 24);
FIELD(tenon_action, error, 32);
FIELD(tenon_action, sleep_ms, 40);
FIELD(tenon_action, reserved, 44);

SIZE(tenon_reply, 48);
FIELD(tenon_reply, struct_size, 0);
FIELD(tenon_reply, kind, 4);
FIELD(tenon_reply, now_ms, 8);
FIELD(tenon_reply, http, 16);
FIELD(tenon_reply, call_status, 24);
FIELD(tenon_reply, reserved, 28);
FIELD(tenon_reply, call_out, 32);

SIZE(tenon_provider, 56);
FIELD(tenon_provider, struct_size, 0);
FIELD(tenon_provider, reserved, 4);
FIELD(tenon_provider, self, 8);
FIELD(tenon_provider, descriptor, 16);
FIELD(tenon_provider, op_begin, 24);
FIELD(tenon_provider, op_step, 32);
FIELD(tenon_provider, op_destroy, 40);
FIELD(tenon_provider, get_extension, 48);

SIZE(tenon_plugin, 32);
FIELD(tenon_plugin, struct_size, 0);
FIELD(tenon_plugin, abi_minor, 4);
FIELD(tenon_plugin, magic, 8);
FIELD(tenon_plugin, providers, 16);
FIELD(tenon_plugin, provider_count, 24);

CHECK_LAYOUT(sizeof(tenon_status) == 4, "tenon_status changed");
CHECK_LAYOUT(
    TENON_ABI_MAJOR == 1 && TENON_ABI_MINOR == 0, "a new minor version: record its layout here"
);
