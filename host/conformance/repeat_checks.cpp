// ABI discipline: the same again, at another time, on another thread, beside another.
#include "conformance/groups.hpp"
#include "conformance/last_words.hpp"
#include "conformance/misfortune.hpp"
#include "conformance/redirect.hpp"
#include "conformance/sanitized.hpp"
#include "conformance/syscalls.hpp"

#include <array>
#include <future>

namespace tenon::host::conformance {
namespace {

void deterministic(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings&) {
        const auto first = everything_told(whose, one);
        if (everything_told(whose, one) != first) {
            throw blocked("deterministic", "a later round leads to something else");
        }
    });
}

// Each call on a thread of its own.
auto play_hopping(const subject& whose, const sample& one) -> performance {
    performance out;
    live_op op(whose.raw);
    const auto elsewhere = [](auto work) { return std::async(std::launch::async, work).get(); };
    const auto status = elsewhere([&] { return op.begin(call_of(whose, one)); });
    if (status != TENON_OK) {
        throw blocked("operations-declared", "op_begin does not answer OK");
    }
    while (elsewhere([&] { return perform(whose, one.kind, op, answers_of(one), out); })) {}
    elsewhere([&] { op.destroy(); });
    return out;
}

void any_thread(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto usual = everything_told(whose, one).front();
        if (usual != told(play_hopping(whose, one))) {
            into.fail("steps on other threads lead to something else");
        }
    });
}

// The same operation for somebody else: other texts in all that it is told.
struct other_one {
    op_call call;
    sample answers;
};
auto somebody_else(const subject& whose, const sample& one) -> other_one {
    const canaries other(~0ULL);
    const auto renamed = [&](std::string text) {
        const auto& from = whose.hidden.prefix();
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
            text.replace(at, from.size(), other.prefix());
        }
        return text;
    };
    other_one out{call_of(whose, one), one};
    for (auto& param : out.call.params) {
        param.value = param.key == "state" ? "another-state" : renamed(param.value);
    }
    for (auto& answer : out.answers.answers) {
        answer.body = renamed(answer.body);
    }
    return out;
}

void operations_independent(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto other = somebody_else(whose, one);
        const auto other_answers = answers_of(other.answers);
        const auto alone = everything_told(whose, one).front();
        const auto other_alone = told(play(whose, other.call, other_answers));
        performance first;
        performance second;
        live_op op(whose.raw);
        live_op beside(whose.raw);
        (void)op.begin(call_of(whose, one));
        (void)beside.begin(other.call);
        bool more = true;
        while (more) {
            more = perform(whose, one.kind, op, answers_of(one), first);
            more = perform(whose, one.kind, beside, other_answers, second) || more;
        }
        if (told(first) != alone || told(second) != other_alone) {
            into.fail("two operations at once get into each other's way");
        }
    });
}

void no_syscalls(const job& about, findings& found) {
    if (is_sanitized(about.bytes)) {
        found.skip("it was built with a sanitizer, whose runtime makes system calls of its own");
        return;
    }
    const opened_plugin plugin(about.chosen.plugin);
    const auto subjects = subjects_of(plugin, about);
    if (!forbid_syscalls(answer_descriptor())) {
        found.skip("this kernel has no seccomp filters");
        return;
    }
    for (const auto& whose : subjects) {
        for (const auto& one : whose.samples) {
            each_run(whose, one, {}, [](const std::string&, const performance&) {});
        }
    }
}

// A clock, chance or the environment, asked by a function of the plugin.
auto asked_for(const char* what) -> long {
    if (running_function() != nullptr) {
        answer_and_exit("failed", std::string(running_function()) + " calls " + what);
    }
    return 0;
}

struct stand_in {
    const char* symbol;
    long (*to)();
};
constexpr std::array<stand_in, 15> stand_ins{
    {{"time", [] { return asked_for("time"); }},
     {"clock", [] { return asked_for("clock"); }},
     {"clock_gettime", [] { return asked_for("clock_gettime"); }},
     {"gettimeofday", [] { return asked_for("gettimeofday"); }},
     {"timespec_get", [] { return asked_for("timespec_get"); }},
     {"_ZNSt6chrono3_V212system_clock3nowEv", [] { return asked_for("system_clock::now"); }},
     {"_ZNSt6chrono3_V212steady_clock3nowEv", [] { return asked_for("steady_clock::now"); }},
     {"rand", [] { return asked_for("rand"); }},
     {"random", [] { return asked_for("random"); }},
     {"getrandom", [] { return asked_for("getrandom"); }},
     {"arc4random", [] { return asked_for("arc4random"); }},
     {"_ZNSt13random_device9_M_getvalEv", [] { return asked_for("random_device"); }},
     {"getenv", [] { return asked_for("getenv"); }},
     {"secure_getenv", [] { return asked_for("secure_getenv"); }},
     {"setlocale", [] { return asked_for("setlocale"); }}}};

auto stand_ins_of_surroundings() -> std::vector<redirection> {
    std::vector<redirection> out;
    for (const auto& one : stand_ins) {
        out.push_back({one.symbol, reinterpret_cast<void*>(one.to)});
    }
    return out;
}

void no_surroundings(const job& about, findings& found) {
    bool redirected = false;
    each_sample(about, found, [&](const subject& whose, const sample& one, findings&) {
        if (!std::exchange(redirected, true)) {
            (void)redirect_calls(
                reinterpret_cast<const void*>(whose.raw->op_begin), stand_ins_of_surroundings()
            );
        }
        each_run(whose, one, {}, [](const std::string&, const performance&) {});
    });
}

}  // namespace

auto repeat_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"deterministic", "abi", must, "plugin-api rule 8",
         "the same inputs and replies give the same bytes, at any time",
         "an operation that was cut off is finished by replaying it over its recorded replies",
         "no clock but now_ms, no randomness, no address in what is handed out, no mutable statics",
         deterministic},
        {"no-surroundings", "abi", must, "plugin-api rules 7 and 8",
         "no function of the plugin asks a clock, chance or the environment",
         "a replay at another time or on another machine would go another way",
         "the time is now_ms, of the input and of each reply; what is configured comes as config",
         no_surroundings},
        {"any-thread", "abi", must, "base.h: [op]", "each step may come on another thread",
         "the host has several", "no thread_local: what a step needs lies in the operation",
         any_thread},
        {"operations-independent", "abi", must, "base.h: [any]",
         "operations that run at the same time know nothing of each other",
         "one person's code or token would go into another's request",
         "keep everything in the operation, nothing in statics or the provider",
         operations_independent},
        {"no-syscalls", "abi", must, "PLUGIN-ABI: a plugin does no I/O",
         "no function of the plugin makes a system call, but for memory",
         "timeouts, policy and recording are the host's; in a worker such a call ends the "
         "operation",
         "ask for HTTP by an action; take the time from now_ms; log nothing", no_syscalls}};
}

}  // namespace tenon::host::conformance
