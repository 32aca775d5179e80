/* A plugin whose constructor never ends. */
#include "well.c"

__attribute__((constructor)) static void early(void) {
    for (volatile unsigned i = 0;; ++i) {}
}
