/* The plugin as it is shipped, driven step by step as a host does. */
#include <tenon/plugin.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

static const tenon_provider* acme;

static int same(tenon_str text, const char* expected) {
    return text.len == strlen(expected) && memcmp(text.ptr, expected, text.len) == 0;
}

static tenon_op* begin(uint32_t kind, tenon_action* action) {
    const tenon_op_input input = {
        .struct_size = sizeof(input), .kind = kind, .now_ms = 1790000000000};
    tenon_op* op = NULL;
    *action = (tenon_action){.struct_size = sizeof(*action)};
    CHECK(acme->op_begin(acme, &input, &op, action) == TENON_OK);
    CHECK(action->kind == TENON_ACTION_HTTP);
    CHECK(same(action->http->url, "https://api.acme.example/me"));
    return op;
}

static void answer(tenon_op* op, uint32_t status, const char* body, tenon_action* action) {
    const tenon_http_response http = {
        .struct_size = sizeof(http),
        .transport = TENON_TRANSPORT_OK,
        .status = status,
        .sent = TENON_SENT_YES,
        .body = {body, strlen(body)}};
    const tenon_reply reply = {
        .struct_size = sizeof(reply),
        .kind = TENON_ACTION_HTTP,
        .now_ms = 1790000001000,
        .http = &http};
    *action = (tenon_action){.struct_size = sizeof(*action)};
    CHECK(acme->op_step(op, &reply, action) == TENON_OK);
    CHECK(acme->op_step(op, &reply, action) == TENON_INVALID); /* it has ended */
}

static const char* fixture(const char* name) {
    static char text[4096];
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", TENON_TEST_FIXTURES, name);
    FILE* file = fopen(path, "rb");
    CHECK(file != NULL);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void a_key_is_taken_and_its_account_told(void) {
    tenon_action action;
    tenon_op* op = begin(TENON_OP_VALIDATE, &action);
    CHECK(same(action.http->headers.items[0].value, "Bearer ${credential.api_key}"));
    answer(op, 200, fixture("me.json"), &action);
    CHECK(action.kind == TENON_ACTION_DONE);
    CHECK(same(action.result->grants[0]->account_id, "42"));
    CHECK(same(action.result->grants[0]->access_token, "${credential.api_key}"));
    acme->op_destroy(op);
}

static void a_key_that_acme_refuses_is_told(void) {
    tenon_action action;
    tenon_op* op = begin(TENON_OP_VALIDATE, &action);
    answer(op, 401, "{}", &action);
    CHECK(action.kind == TENON_ACTION_FAIL);
    CHECK(action.error->category == TENON_ERROR_TOKEN_REJECTED);
    acme->op_destroy(op);
}

static void the_profile_says_whose_account_it_is(void) {
    tenon_action action;
    tenon_op* op = begin(TENON_OP_PROFILE, &action);
    CHECK(action.http->flags == TENON_HTTP_BEARER);
    answer(op, 200, fixture("me.json"), &action);
    CHECK(action.kind == TENON_ACTION_DONE);
    CHECK(same(action.result->fields.items[0].value, "42"));
    acme->op_destroy(op);
}

int main(void) {
    void* library = dlopen(TENON_TEST_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL);
    void* symbol = dlsym(library, TENON_PLUGIN_ENTRY);
    tenon_plugin_entry_fn entry;
    memcpy(&entry, &symbol, sizeof(entry));
    CHECK(entry != NULL);
    acme = entry()->providers[0];
    a_key_is_taken_and_its_account_told();
    a_key_that_acme_refuses_is_told();
    the_profile_says_whose_account_it_is();
    return dlclose(library);
}
