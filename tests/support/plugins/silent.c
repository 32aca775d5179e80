/* Many providers, none of which ever answers DESCRIBE. */
#include "kit.h"

static tenon_status begin(
    const tenon_provider* provider, const tenon_op_input* input, tenon_op** op, tenon_action* action
) {
    (void)provider, (void)input, (void)op, (void)action;
    volatile int spins = 1;
    while (spins) {}
    return TENON_INTERNAL;
}
static tenon_status step(tenon_op* op, const tenon_reply* reply, tenon_action* action) {
    (void)op, (void)reply, (void)action;
    return TENON_INVALID;
}
static void destroy(tenon_op* op) {
    (void)op;
}

#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define DEFINE(n)                                                \
    static const tenon_descriptor descriptor_##n = {             \
        .struct_size = sizeof(tenon_descriptor),                 \
        .id = TEXT("silent_" #n),                                \
        .display_name = TEXT("Silent"),                          \
        .version = TEXT("1"),                                    \
        .auth_kinds = TENON_AUTH_CODE,                           \
        .operations = KIT_OPERATIONS | 1u << TENON_OP_DESCRIBE}; \
    static const tenon_provider provider_##n = {                 \
        sizeof(tenon_provider), 0, NULL, &descriptor_##n, begin, step, destroy, NULL};
EACH(DEFINE)

#define POINTER(n) &provider_##n,
static const tenon_provider* const providers[] = {EACH(POINTER)};
static const tenon_plugin plugin = {
    sizeof(tenon_plugin), TENON_ABI_MINOR, TENON_PLUGIN_MAGIC, providers, COUNT(providers)};

const tenon_plugin* tenon_plugin_entry_v1(void) {
    return &plugin;
}
