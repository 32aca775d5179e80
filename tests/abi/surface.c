/* Everything of the ABI, reachable from one symbol: what abidiff compares. */
#include <tenon/plugin.h>

const tenon_plugin* tenon_plugin_entry_v1(void) {
    return NULL;
}
