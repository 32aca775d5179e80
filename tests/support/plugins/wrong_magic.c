/* Built with headers of something else. */
#include "kit.h"
static const tenon_plugin plugin = {sizeof(tenon_plugin), TENON_ABI_MINOR, 1, NULL, 0};
const tenon_plugin* tenon_plugin_entry_v1(void) {
    return &plugin;
}
