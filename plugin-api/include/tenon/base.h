/* base.h: the value types that every other header of the ABI is made of.
 *
 * The Tenon plugin ABI is C11, headers only. Read ../../README.md first: it is the contract in prose.
 * Thread tags: [loader] called once at a time by the loader; [any] any thread, also concurrently;
 * [op] any thread, but never two at once for one operation.
 */
#ifndef TENON_BASE_H
#define TENON_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the Tenon plugin ABI is defined for little-endian machines only"
#endif
#if UINTPTR_MAX != 0xffffffffffffffffu
#error "the Tenon plugin ABI is defined for 64-bit machines only"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The major version lives in the entry's symbol name; the minor one counts appended fields and kinds. */
#define TENON_ABI_MAJOR 1u
#define TENON_ABI_MINOR 0u

/* What every host takes at least. A later host may take more; what is beyond a host's own limit breaks the contract, and
 * the operation ends: a plugin that keeps to these numbers is fine everywhere. */
enum {
    TENON_MAX_ITEMS = 1024,           /* of any list that a plugin hands out */
    TENON_MAX_TEXT = 1024 * 1024,     /* bytes of one text */
    TENON_MAX_BODY = 8 * 1024 * 1024, /* bytes of a request's body, and of an answer's */
    TENON_MAX_STRUCT = 4096,          /* bytes of one struct; every struct_size is a multiple of 8 */
    TENON_MAX_SLEEP_MS = 30000,       /* of one SLEEP */
    TENON_MAX_STEPS = 64              /* actions of one operation before DONE or FAIL */
};

/* Text or bytes: not terminated. Text is UTF-8 without NUL; bytes only where a field says so.
 * ptr may be null where len is 0. Frozen: never grows. */
typedef struct tenon_str {
    const char *ptr;
    size_t len;
} tenon_str;

/* A string literal as a tenon_str, for initializers: `.id = TENON_STR("acme")`. */
#define TENON_STR(literal) {"" literal "", sizeof(literal) - 1}

/* A list of texts. Frozen. */
typedef struct tenon_strs {
    const tenon_str *items;
    size_t count;
} tenon_strs;

/* Flags of a tenon_kv. */
enum {
    TENON_KV_SECRET = 1u,   /* the value is a credential: redacted wherever it could be shown */
    TENON_KV_TEMPLATE = 2u, /* ${name} in the value stands for a host secret; see request.h */
    TENON_KV_JSON = 4u      /* the value is JSON text, not a string: in a request's json, in a result's fields, and in
                               what the host passes in; anywhere else the text is sent as it is */
};

/* A named value. Frozen. */
typedef struct tenon_kv {
    tenon_str key, value;
    uint32_t flags, reserved; /* reserved: 0 */
} tenon_kv;

/* An ordered list of named values. A key may repeat only where a field says so; the host refuses a list in which one does
 * all the same, where it could not be sent. Frozen. */
typedef struct tenon_kvs {
    const tenon_kv *items;
    size_t count;
} tenon_kvs;

/* Outcome of a CALL across the boundary: did the contract hold? Whether the operation itself
 * succeeded is told by its action (DONE or FAIL). */
typedef uint32_t tenon_status;
enum {
    TENON_OK = 0u,
    TENON_INVALID = 1u,     /* the caller broke the contract: a step after the end, a wrong kind of reply */
    TENON_NOMEM = 2u,       /* memory ran out; the operation can only be destroyed */
    TENON_UNSUPPORTED = 3u, /* an operation kind that the descriptor does not declare */
    TENON_INTERNAL = 4u     /* a bug in the callee; the operation can only be destroyed */
};

/* A copy of a growable struct of the other side's, which may be older or newer than these headers: as far as its
 * struct_size reaches, the rest zero; a null pointer gives zeroes. `room` is sizeof *to. For authors in C. */
static inline void tenon_copy_sized(void *to, size_t room, const void *from) {
    uint32_t size = 0;
    memset(to, 0, room);
    if (from != NULL) {
        memcpy(&size, from, sizeof size);
        memcpy(to, from, size < room ? size : room);
    }
}

#ifdef __cplusplus
}
#endif

#endif
