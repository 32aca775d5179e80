/* plugin.h: the one exported function and what it leads to. */
#ifndef TENON_PLUGIN_H
#define TENON_PLUGIN_H

#include "base.h"
#include "descriptor.h"
#include "operation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An operation in flight: the plugin's own. */
typedef struct tenon_op tenon_op;

/* A provider. Growable. */
typedef struct tenon_provider tenon_provider;
struct tenon_provider {
    uint32_t struct_size, reserved;
    void *self;                         /* the plugin's own */
    const tenon_descriptor *descriptor; /* static */

    /* Begins an operation. On TENON_OK *op is set and *action says what is wanted; otherwise *op is null and
     * nothing needs destroying. The input is borrowed until it returns: copy what is needed later; what it hands out in *action
     * is valid until the next call on this operation. [any] */
    tenon_status (*op_begin)(const tenon_provider *provider, const tenon_op_input *input, tenon_op **op,
                             tenon_action *action);
    /* Goes on with the reply to the last action. After DONE or FAIL: TENON_INVALID. The reply is borrowed until it
     * returns; what it hands out in *action is valid until the next call on this operation. [op] */
    tenon_status (*op_step)(tenon_op *op, const tenon_reply *reply, tenon_action *action);
    /* Ends an operation, in whatever state it is: this is also how the host cancels. Afterwards nothing that it
     * handed out is read any more. [op] */
    void (*op_destroy)(tenon_op *op);
    /* An optional ability by its string id, or null. Static. [any] */
    const void *(*get_extension)(const tenon_provider *provider, tenon_str id);
};

#define TENON_PLUGIN_MAGIC 0x314e4f4e45540a0dull /* "\r\nTENON1": a text-mode copy breaks it */

/* What a plugin is. Static: valid as long as the library is loaded. Growable. */
typedef struct tenon_plugin {
    uint32_t struct_size, abi_minor; /* TENON_ABI_MINOR of the headers that it was built with */
    uint64_t magic;                  /* TENON_PLUGIN_MAGIC */
    const tenon_provider *const *providers;
    size_t provider_count; /* at least 1 */
} tenon_plugin;

/* The type of the one exported function. Pure: no I/O, no thread, the same answer always; null if memory ran out.
 * What the plugin allocates for it is freed when the library is unloaded. [loader] */
typedef const tenon_plugin *(*tenon_plugin_entry_fn)(void);
#define TENON_PLUGIN_ENTRY "tenon_plugin_entry_v1"

#if defined(__GNUC__)
#define TENON_EXPORT __attribute__((visibility("default")))
#else
#define TENON_EXPORT
#endif

/* Every plugin defines exactly this one. */
TENON_EXPORT const tenon_plugin *tenon_plugin_entry_v1(void);

#ifdef __cplusplus
}
#endif

#endif
