/* Calls a function that nobody has: with lazy binding it would kill the host in the middle of a
 * call. */
#include <tenon/plugin.h>
const tenon_plugin* nobody_has_this(void);
const tenon_plugin* tenon_plugin_entry_v1(void) {
    return nobody_has_this();
}
