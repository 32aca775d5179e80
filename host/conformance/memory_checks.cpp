// Memory: what operations allocate, overrun and leave behind.
#include "conformance/groups.hpp"
#include "conformance/guarded_heap.hpp"
#include "conformance/heap_watch.hpp"
#include "conformance/misfortune.hpp"

#include <algorithm>

namespace tenon::host::conformance {
namespace {

// As each_subject, on a heap that is watched; skips where it can't be.
void each_watched(const job& about, findings& found, const sample_question& ask) {
    bool watched = false;
    each_subject(about, found, [&](const subject& whose, findings& into) {
        watched = watched || watch_heap(reinterpret_cast<const void*>(whose.raw->op_begin));
        if (!watched) {
            into.skip("neither the plugin nor the C++ library calls an allocator");
            return;
        }
        for (const auto& one : whose.samples) {
            if (one.succeeds) {
                into.at(whose.name + " " + std::string(name_of(one.kind)));
                ask(whose, one, into);
            }
        }
    });
}

void heap_bounds(const job& about, findings& found) {
    each_watched(about, found, [](const subject& whose, const sample& one, findings&) {
        each_run(whose, one, {}, [](const std::string&, const performance&) {});
    });
}

// Begins it and steps it `last` times, then cancels.
void cancel_after(
    const subject& whose, const op_call& call, const responder& answers, std::size_t last
) {
    live_op op(whose.raw);
    performance run;
    (void)op.begin(call);
    for (std::size_t step = 0; step < last; ++step) {
        (void)perform(whose, call.kind, op, answers, run);
    }
    op.destroy();
}

void nothing_left_behind(const job& about, findings& found) {
    guarded_heap::reuse_freed();
    const auto operations = static_cast<std::ptrdiff_t>(about.rounds(10'000));
    each_watched(about, found, [&](const subject& whose, const sample& one, findings& into) {
        const auto steps = play(whose, one).steps;  // what is made once and kept is made now
        const auto share = static_cast<std::size_t>(
            operations / std::ranges::count(whose.samples, true, &sample::succeeds)
        );
        const auto rounds = share / (steps + 1) + 1;
        const auto call = call_of(whose, one);
        const auto answers = answers_of(one);
        const auto before = guarded_heap::live_blocks();
        for (std::size_t i = 0; i < rounds; ++i) {
            for (std::size_t last = 0; last < steps; ++last) {
                cancel_after(whose, call, answers, last);
            }
            (void)play(whose, call, answers);
        }
        const auto after = guarded_heap::live_blocks();
        if (after > before) {
            into.fail(
                std::to_string(after - before) + " blocks are left behind by " +
                std::to_string(rounds * (steps + 1)) + " operations that were destroyed"
            );
        }
    });
}

// One run in which the n-th allocation fails; false where it ended before that.
auto fails_well(const subject& whose, const sample& one, std::size_t n, findings& into) -> bool {
    const auto call = call_of(whose, one);
    const auto answers = answers_of(one);
    live_op op(whose.raw);
    fail_allocation(n);
    auto status = op.begin(call);
    std::size_t requests = 0;
    while (status == TENON_OK) {
        const auto action = op.action();
        if (const auto* http = std::get_if<http_action>(&action)) {
            status = op.step(answers(*http, requests++), call.now_ms + 1000);
        } else if (std::holds_alternative<sleep_action>(action)) {
            status = op.wake(call.now_ms + 1000);
        } else {
            break;
        }
    }
    const bool reached = allocations() >= n;
    fail_allocation(0);
    if (status != TENON_OK && status != TENON_NOMEM) {
        into.fail(
            "allocation " + std::to_string(n) + " fails, and the call answers " +
            std::to_string(status) + ", not NOMEM"
        );
    }
    op.destroy();
    return reached;
}

void allocation_failures(const job& about, findings& found) {
    const std::size_t step = about.chosen.quick ? 3 : 1;
    each_watched(about, found, [step](const subject& whose, const sample& one, findings& into) {
        (void)play(whose, one);
        const auto before = guarded_heap::live_blocks();
        constexpr std::size_t most = 5000;
        for (std::size_t n = 1; n < most && fails_well(whose, one, n, into); n += step) {}
        if (guarded_heap::live_blocks() > before) {
            into.fail("blocks are left behind by operations whose allocations failed");
        }
    });
}

}  // namespace

auto memory_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"heap-bounds", "memory", must, "PLUGIN-ABI: memory",
         "no operation reads or writes beyond what it allocated, or after it freed it",
         "it is the host's memory, with other people's tokens in it",
         "build the plugin with -fsanitize=address and run the suite again: it names the line",
         heap_bounds},
        {"nothing-left-behind", "memory", must, "plugin.h: op_destroy",
         "10,000 operations in each configuration, destroyed in every state, leave nothing on the "
         "heap",
         "a host runs for months", "free in op_destroy what the operation holds",
         nothing_left_behind},
        {"allocation-failures", "memory", must, "base.h: TENON_NOMEM",
         "each allocation that fails makes the call answer NOMEM, and loses nothing",
         "in a worker memory is limited, and the host goes on",
         "check what malloc returns; let no std::bad_alloc out", allocation_failures}};
}

}  // namespace tenon::host::conformance
