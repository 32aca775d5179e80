/* One provider for each thing that a plugin must not do; its id says which. A PROFILE asks for a
 * request first and does it when the answer comes; all other operations do it at once. */
#define _GNU_SOURCE
#include "kit.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char** environ;

struct tenon_op {
    void (*deed)(tenon_op* op);
    char words[2][64];
    tenon_kv fields[2];
    tenon_http_request http;
    tenon_result result;
};

static void open_socket(tenon_op* op) {
    (void)op;
    (void)socket(AF_INET, SOCK_STREAM, 0);
}
static void fork_itself(tenon_op* op) {
    (void)op;
    (void)fork();
}
static void read_passwd(tenon_op* op) {
    FILE* const opened = fopen("/etc/passwd", "r");
    (void)op;
    (void)opened;
}
static void execute(tenon_op* op) {
    char* const arguments[] = {"sh", NULL};
    (void)op;
    (void)execve("/bin/sh", arguments, NULL);
}
static void count_processors(tenon_op* op) {
    (void)op;
    (void)sysconf(_SC_NPROCESSORS_ONLN); /* opens a file */
}
static void spin(tenon_op* op) {
    (void)op;
    for (volatile unsigned i = 0;; ++i) {}
}
static void balloon(tenon_op* op) {
    (void)op;
    for (;;) {
        char* more = malloc(1 << 20);
        if (more == NULL) {
            abort();
        }
        memset(more, 1, 1 << 20);
    }
}
static void free_twice(tenon_op* op) {
    /* Out of the compiler's sight. */
    void* volatile memory = malloc(2000);
    (void)op;
    free(memory);
    free(memory);
}
static void overflow(tenon_op* op) {
    volatile char* const memory = malloc(16);
    (void)op;
    for (size_t i = 0; i < ((size_t)1 << 32); ++i) {
        memory[i] = 1;
    }
}
static void leave(tenon_op* op) {
    (void)op;
    _exit(0);
}
/* The socket to the host is the one thing that a plugin can reach. */
static void chatter(tenon_op* op) {
    (void)op;
    for (int fd = 0; fd < 8; ++fd) {
        if (fd == 3) {
            (void)send(fd, "\5\0\0\0hello", 9, 0);
        }
    }
}

/* Parts of the kernel behind calls that are allowed: data out of band, and what futexes can do. */
static void send_urgently(tenon_op* op) {
    (void)op;
    (void)send(3, "!", 1, MSG_OOB);
}
static void peek(tenon_op* op) {
    char byte;
    (void)op;
    (void)recv(3, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
}
static void requeue(tenon_op* op) {
    static unsigned words[2];
    (void)op;
    (void)syscall(SYS_futex, &words[0], FUTEX_REQUEUE, 1, NULL, &words[1], 0);
}

/* An exception (evil_throw.cpp), as the operation goes on and again as it is destroyed. */
extern void evil_throw(void);
static void let_out(tenon_op* op) {
    (void)op;
    evil_throw();
}

/* Byte by byte, where a sanitizer does not look: it reads what is not its own. */
__attribute__((noinline, no_sanitize("address", "undefined"))) static int holds(
    const char* from, const char* to, const char* what
) {
    for (; from < to; ++from) {
        size_t same = 0;
        while (what[same] != 0 && from + same < to && from[same] == what[same]) {
            ++same;
        }
        if (what[same] == 0) {
            return 1;
        }
    }
    return 0;
}

/* What an exec left of the host: the environment, and the memory above this frame and in the heap.
 */
__attribute__((no_sanitize("address", "undefined"))) static void search(tenon_op* op) {
    static const char backwards[] = "sretsetehtfoyranac";
    char canary[sizeof backwards] = {0};
    char* heap = calloc(1, 1);
    const char* stack = canary + sizeof canary;
    int found = 0;
    for (size_t i = 0; i < sizeof backwards - 1; ++i) {
        canary[i] = backwards[sizeof backwards - 2 - i];
    }
    found += holds(stack, (const char*)getauxval(AT_EXECFN), canary);
    found += holds(heap, sbrk(0), canary);
    free(heap);
    strcpy(op->words[0], environ == NULL || *environ == NULL ? "empty" : "not empty");
    strcpy(op->words[1], found == 0 ? "nothing" : "a secret");
}

static const struct {
    const char* id;
    void (*deed)(tenon_op* op);
} deeds[] = {
    {"evil_socket", open_socket}, {"evil_fork", fork_itself},         {"evil_passwd", read_passwd},
    {"evil_exec", execute},       {"evil_sysconf", count_processors}, {"evil_spin", spin},
    {"evil_balloon", balloon},    {"evil_free", free_twice},          {"evil_overflow", overflow},
    {"evil_leave", leave},        {"evil_chatter", chatter},          {"evil_search", search},
    {"evil_throw", let_out},      {"evil_urgent", send_urgently},     {"evil_peek", peek},
    {"evil_requeue", requeue}};

static const tenon_descriptor descriptors[] = {
    KIT_DESCRIPTOR("evil_socket"),  KIT_DESCRIPTOR("evil_fork"),    KIT_DESCRIPTOR("evil_passwd"),
    KIT_DESCRIPTOR("evil_exec"),    KIT_DESCRIPTOR("evil_sysconf"), KIT_DESCRIPTOR("evil_spin"),
    KIT_DESCRIPTOR("evil_balloon"), KIT_DESCRIPTOR("evil_free"),    KIT_DESCRIPTOR("evil_overflow"),
    KIT_DESCRIPTOR("evil_leave"),   KIT_DESCRIPTOR("evil_chatter"), KIT_DESCRIPTOR("evil_search"),
    KIT_DESCRIPTOR("evil_throw"),   KIT_DESCRIPTOR("evil_urgent"),  KIT_DESCRIPTOR("evil_peek"),
    KIT_DESCRIPTOR("evil_requeue")};

static tenon_status done(tenon_op* op, tenon_action* action) {
    op->fields[0] = kit_kv("environment", op->words[0], 0);
    op->fields[1] = kit_kv("found", op->words[1], 0);
    op->result.struct_size = sizeof op->result;
    op->result.fields = (tenon_kvs){op->fields, 2};
    action->kind = TENON_ACTION_DONE;
    action->result = &op->result;
    return TENON_OK;
}

static tenon_status begin(
    const tenon_provider* provider, const tenon_op_input* input, tenon_op** into,
    tenon_action* action
) {
    tenon_op* op = calloc(1, sizeof *op);
    const tenon_str id = provider->descriptor->id;
    for (size_t i = 0; i < COUNT(deeds); ++i) {
        if (kit_same(id, deeds[i].id)) {
            op->deed = deeds[i].deed;
        }
    }
    *into = op;
    if (input->kind == TENON_OP_PROFILE) {
        op->http.struct_size = sizeof op->http;
        op->http.method = kit_text("GET");
        op->http.url = kit_text("https://api.example.test/me");
        action->kind = TENON_ACTION_HTTP;
        action->http = &op->http;
        return TENON_OK;
    }
    op->deed(op);
    return done(op, action);
}

static tenon_status step(tenon_op* op, const tenon_reply* reply, tenon_action* action) {
    (void)reply;
    op->deed(op);
    return done(op, action);
}

static void destroy(tenon_op* op) {
    const int throws = op->deed == let_out;
    free(op);
    if (throws) {
        evil_throw();
    }
}

#define EVIL(i) \
    { sizeof(tenon_provider), 0, NULL, &descriptors[i], begin, step, destroy, NULL }
static const tenon_provider all[] = {EVIL(0),  EVIL(1),  EVIL(2),  EVIL(3), EVIL(4),  EVIL(5),
                                     EVIL(6),  EVIL(7),  EVIL(8),  EVIL(9), EVIL(10), EVIL(11),
                                     EVIL(12), EVIL(13), EVIL(14), EVIL(15)};
static const tenon_provider* const providers[] = {
    &all[0], &all[1], &all[2],  &all[3],  &all[4],  &all[5],  &all[6],  &all[7],
    &all[8], &all[9], &all[10], &all[11], &all[12], &all[13], &all[14], &all[15]};
static const tenon_plugin plugin = {
    sizeof(tenon_plugin), TENON_ABI_MINOR, TENON_PLUGIN_MAGIC, providers, COUNT(providers)};

const tenon_plugin* tenon_plugin_entry_v1(void) {
    return &plugin;
}
