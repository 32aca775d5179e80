// The mutations of how it is called, around what the SDK makes of the provider. No SDK of its own:
// a plugin in plain C could look so.
#include "mutation.hpp"
#include "provider.hpp"

#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace {

using mutant::is;

auto real() -> const tenon_provider& {
    static const tenon::registered_provider<mutant::provider> made;
    return *made.abi.abi();
}

// An operation of the SDK's, and what mutants remember of it.
struct wrapped {
    tenon_op* op = nullptr;
    std::uint32_t kind = 0, waits_for = 0;
    bool failed = false;
    void* extra = nullptr;
    const char* borrowed = nullptr;
    char first = 0;
};

wrapped* latest = nullptr;
thread_local bool has_begun_here = false;
thread_local std::string pinned;  // its destructor keeps the library in memory, once it was touched
char own_mark;

auto own_number() -> int {
    return static_cast<int>(reinterpret_cast<std::uintptr_t>(&own_mark) >> 4U & 0xFFFFFFU);
}

auto is_end(std::uint32_t kind) -> bool {
    return kind == TENON_ACTION_DONE || kind == TENON_ACTION_FAIL;
}

void meddle(tenon_action* action) {
    if (is("actions-well-formed") && action->kind == TENON_ACTION_DONE) {
        action->reserved = 1;
    }
    if (is("newer-host") && action->struct_size > sizeof *action) {
        std::memset(reinterpret_cast<char*>(action) + sizeof *action, 0, 8);
    }
}

void begin_carelessly(const tenon_op_input* input, wrapped& into) {
    if (is("strings-unterminated") && input->params.count != 0) {
        into.first =
            static_cast<char>(std::strlen(input->params.items[input->params.count - 1].value.ptr));
    }
    if (is("inputs-borrowed") && input->params.count != 0) {
        into.borrowed = input->params.items[0].value.ptr;
        into.first = *into.borrowed;
    }
    if (is("older-host")) {
        into.first = reinterpret_cast<const volatile char*>(input)[sizeof *input - 1];
    }
    if (is("no-surroundings")) {
        into.first = static_cast<char>(std::time(nullptr));
    }
    if (is("allocation-failures") || is("nothing-left-behind")) {
        into.extra = std::malloc(16);
    }
    if (is("allocation-failures")) {
        *static_cast<volatile char*>(into.extra) = 1;
    }
    if (is("unload-unmaps")) {
        pinned = "touched";
    }
    if (is("generations-side-by-side")) {
        optind = own_number();
    }
    latest = &into;
    has_begun_here = true;
}

auto begin(const tenon_provider*, const tenon_op_input* input, tenon_op** op, tenon_action* action)
    -> tenon_status {
    *op = nullptr;
    if (is("operations-undeclared") && input->kind == 63) {
        return TENON_INVALID;
    }
    auto* const made = static_cast<wrapped*>(std::calloc(1, sizeof(wrapped)));
    if (made == nullptr) {
        return TENON_NOMEM;
    }
    made->kind = input->kind;
    const auto status = real().op_begin(&real(), input, &made->op, action);
    if (status != TENON_OK) {
        std::free(made);
        return status;
    }
    made->waits_for = action->kind;
    begin_carelessly(input, *made);
    meddle(action);
    *op = reinterpret_cast<tenon_op*>(made);
    return status;
}

// Where a mutant loses its way between two calls.
auto is_lost(const wrapped& op) -> bool {
    return (is("operations-independent") && latest != &op) ||
           (is("any-thread") && !has_begun_here) ||
           (is("inputs-borrowed") && op.borrowed != nullptr && *op.borrowed != op.first) ||
           (is("generations-side-by-side") && optind != own_number());
}

auto step(tenon_op* op, const tenon_reply* reply, tenon_action* action) -> tenon_status {
    auto& self = *reinterpret_cast<wrapped*>(op);
    if (is_lost(self)) {
        return TENON_INTERNAL;
    }
    if ((is("step-after-end") && is_end(self.waits_for)) ||
        (is("reply-not-awaited") && reply->kind != self.waits_for && !is_end(self.waits_for))) {
        return TENON_OK;
    }
    if (is("nothing-throws") && reply->http != nullptr && reply->http->status == 503) {
        throw 1;
    }
    if (is("no-syscalls")) {
        (void)::getppid();
    }
    if (is("yields")) {
        (void)::sched_yield();
    }
    const auto status = real().op_step(self.op, reply, action);
    if (status == TENON_OK) {
        self.waits_for = action->kind;
        meddle(action);
    } else if (status != TENON_INVALID) {
        self.failed = true;
    }
    return status;
}

void destroy(tenon_op* op) {
    auto* const self = reinterpret_cast<wrapped*>(op);
    const bool cancelled = !is_end(self->waits_for) && !self->failed;
    if (is("destroy-anywhere") && cancelled) {
        std::abort();
    }
    real().op_destroy(self->op);
    if (!(is("nothing-left-behind") && cancelled)) {
        std::free(self->extra);
    }
    std::free(self);
}

auto extension(const tenon_provider*, tenon_str) -> const void* {
    return is("extensions-known") ? &own_mark : nullptr;
}

auto descriptor() -> const tenon_descriptor* {
    static tenon_descriptor out = *real().descriptor;
    static const tenon_str call = {"no.such-call/1", 14};
    if (is("descriptor-readable")) {
        out.flags = 1U << 30U;
    }
    if (is("descriptor-identity")) {
        out.version = {nullptr, 0};
    }
    if (is("descriptor-flow")) {
        out.host_calls = {&call, 1};
    }
    return &out;
}

auto provider() -> const tenon_provider* {
    static const tenon_provider out = {
        sizeof(tenon_provider),
        0,
        nullptr,
        descriptor(),
        &begin,
        &step,
        is("provider-functions") ? nullptr : &destroy,
        &extension};
    return &out;
}

auto plugin(const tenon_provider* const* list) -> tenon_plugin {
    return {
        sizeof(tenon_plugin), TENON_ABI_MINOR, TENON_PLUGIN_MAGIC + (is("entry-plugin") ? 1 : 0),
        list, is("provider-ids-unique") ? 2U : 1U};
}

// What a mutant does as it is loaded.
struct constructor {
    constructor() {
        if (is("load-quiet")) {
            [[maybe_unused]] const auto written = ::write(1, "loaded\n", 7);
        }
        if (is("reads-early")) {
            (void)::close(::open("/dev/null", O_RDONLY));
        }
        if (is("load-copies-apart")) {
            other = optarg;
            optarg = &own_mark;
        }
        if (is("reloads-flat")) {
            (void)::mmap(nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        }
    }
    char* other = nullptr;
};
[[gnu::used]] constructor at_load;

}  // namespace

extern "C" TENON_EXPORT auto tenon_plugin_entry_v1() -> const tenon_plugin* {
    // NOLINTNEXTLINE(modernize-avoid-c-arrays)
    static const tenon_provider* const list[] = {provider(), provider()};
    static const tenon_plugin first = plugin(list);
    static const tenon_plugin second = plugin(list);
    static int calls = 0;
    return is("entry-pure") && ++calls > 1 ? &second : &first;
}
