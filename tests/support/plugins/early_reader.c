/* A plugin that would be well, did its constructor not read a file. */
#include "well.c"

#include <stdio.h>

__attribute__((constructor)) static void early(void) {
    FILE* const opened = fopen("/etc/passwd", "r");
    (void)opened;
}
