/* A plugin that shows more than its entry. */
#include "well.c"
__attribute__((visibility("default"))) int also_visible(void) {
    return 1;
}
