/* A plugin that would be well, did its constructor not open a socket. */
#include "well.c"

#include <sys/socket.h>

__attribute__((constructor)) static void early(void) {
    (void)socket(AF_INET, SOCK_STREAM, 0);
}
