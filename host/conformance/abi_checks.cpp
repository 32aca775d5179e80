// ABI discipline: what is lent, handed out and called.
#include "conformance/groups.hpp"
#include "conformance/misfortune.hpp"
#include "provider/request_encoder.hpp"

#include <tenon/operation.h>

#include <cstddef>

namespace tenon::host::conformance {
namespace {

// Plays everything; what breaks this check's own rule is thrown by whoever sees it.
void play_everything(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings&) {
        each_run(whose, one, {}, [](const std::string&, const performance&) {});
    });
}

// The same answers, other manners of the host's: everything must come out the same.
void same_with(const job& about, findings& found, manners how, const std::string& what) {
    each_sample(about, found, [&](const subject& whose, const sample& one, findings& into) {
        const auto usual = everything_told(whose, one);
        std::size_t next = 0;
        each_run(whose, one, how, [&](const std::string& name, const performance& run) {
            if (usual.at(next++) != told(run)) {
                into.fail(what + ", and what it hands out differs (" + name + ")");
            }
        });
    });
}

void strings_unterminated(const job& about, findings& found) {
    same_with(about, found, {.texts = placement::page_end}, "texts end without NUL");
}

void inputs_borrowed(const job& about, findings& found) {
    same_with(about, found, {.takes_back = true}, "inputs are taken back as each call returns");
}

void newer_host(const job& about, findings& found) {
    constexpr std::size_t more = 64;
    const manners how{
        .input_size = sizeof(tenon_op_input) + more,
        .reply_size = sizeof(tenon_reply) + more,
        .response_size = sizeof(tenon_http_response) + more,
        .action_size = sizeof(tenon_action) + more};
    same_with(about, found, how, "structs are longer than the plugin knows them");
    each_sample(about, found, [&](const subject& whose, const sample& one, findings& into) {
        live_op op(whose.raw, how);
        if (op.begin(call_of(whose, one)) == TENON_OK && op.wrote_beyond()) {
            into.fail("it writes beyond the action as it knows it");
        }
    });
}

// What an older host does not know is absent: nothing lies behind the struct.
void older_host(const job& about, findings& found) {
    const manners how{
        .structs = placement::page_end,
        .input_size = offsetof(tenon_op_input, slot),
        .reply_size = offsetof(tenon_reply, call_status),
        .response_size = offsetof(tenon_http_response, body)};
    each_sample(about, found, [&](const subject& whose, const sample& one, findings& into) {
        auto without_slot = one;
        without_slot.slot.clear();
        if (!play(whose, without_slot).calls.empty()) {
            return;  // the answers to host calls lie where the reply is cut
        }
        (void)everything_told(whose, one);
        for (auto& answer : without_slot.answers) {
            answer.body.clear();
        }
        if (told(play(whose, without_slot)) != told(play(whose, one, how))) {
            into.fail(
                "structs are shorter than it knows them, and what is missing is not read as zero"
            );
        }
    });
}

void step_after_end(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        live_op op(whose.raw);
        performance run;
        if (op.begin(call_of(whose, one)) != TENON_OK) {
            throw blocked("operations-declared", "op_begin does not answer OK");
        }
        while (perform(whose, one.kind, op, answers_of(one), run)) {}
        const auto status = op.step(answer_of(200, "{}"), 1'790'000'900'000);
        if (status != TENON_INVALID) {
            into.fail("op_step after the end answers " + std::to_string(status) + ", not INVALID");
        }
    });
}

auto step_wrongly(live_op& op, const any_action& wanted) -> tenon_status {
    constexpr std::int64_t now = 1'790'000'000'500;
    return std::holds_alternative<http_action>(wanted) ? op.wake(now)
                                                       : op.step(answer_of(200, "{}"), now);
}

void reply_not_awaited(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        live_op op(whose.raw);
        performance run;
        if (op.begin(call_of(whose, one)) != TENON_OK) {
            throw blocked("operations-declared", "op_begin does not answer OK");
        }
        const auto wanted = op.action();
        if (std::holds_alternative<done_action>(wanted) ||
            std::holds_alternative<fail_action>(wanted)) {
            return;
        }
        const auto status = step_wrongly(op, wanted);
        if (status != TENON_INVALID) {
            into.fail(
                "op_step with a reply of another kind answers " + std::to_string(status) +
                ", not INVALID"
            );
            return;
        }
    });
}

void destroy_anywhere(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings&) {
        const auto steps = play(whose, one).steps;
        for (std::size_t last = 0; last < steps; ++last) {
            live_op op(whose.raw);
            performance run;
            (void)op.begin(call_of(whose, one));
            for (std::size_t step = 0; step < last; ++step) {
                (void)perform(whose, one.kind, op, answers_of(one), run);
            }
            op.destroy();
        }
    });
}

void requests_sendable(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto context = encoding_of(whose, one.kind);
        for (const auto& request : play(whose, one).requests) {
            const auto encoded = encode_request(request, context);
            if (encoded.has_error()) {
                into.fail("the host does not send " + request.url + ": " + encoded.error().message);
            }
        }
    });
}

}  // namespace

auto abi_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"actions-well-formed", "abi", must, "operation.h: tenon_action",
         "every action has a known kind, exactly the one pointer of that kind, and valid content",
         "the host ends an operation whose action it can't read",
         "use the SDK, or set kind and its pointer and nothing else; leave reserved fields 0",
         play_everything},
        {"requests-sendable", "abi", must, "request.h",
         "every request goes to a declared origin with the role that it needs, and can be encoded",
         "the host sends nothing to other origins, and no secret where it may not go",
         "declare the origin with its role; values go in raw, and only secrets that may go there",
         requests_sendable},
        {"nothing-throws", "abi", must, "PLUGIN-ABI rule 9",
         "no exception leaves a function of the plugin",
         "it would unwind through a host that was compiled by another compiler",
         "make the functions noexcept, and turn exceptions into INTERNAL or NOMEM",
         play_everything},
        {"strings-unterminated", "abi", must, "base.h: tenon_str",
         "texts are read by their length alone", "a host lends texts that end where memory ends",
         "never pass ptr to what looks for a NUL", strings_unterminated},
        {"inputs-borrowed", "abi", must, "PLUGIN-ABI rule 4",
         "nothing that was passed in is read after the call",
         "the host frees it, and others' secrets lie there next",
         "copy what is needed later before the function returns", inputs_borrowed},
        {"newer-host", "abi", must, "PLUGIN-ABI rule 3",
         "a newer host's longer structs are taken, and what is behind is left alone",
         "hosts are upgraded, plugins are not",
         "read and write no further than your own struct and no further than struct_size",
         newer_host},
        {"older-host", "abi", must, "PLUGIN-ABI rule 3",
         "an older host's shorter structs are taken, and what is missing counts as zero",
         "plugins are built with newer headers than some hosts",
         "copy min(struct_size, sizeof) bytes into a zeroed struct of your own", older_host},
        {"step-after-end", "abi", must, "plugin.h: op_step", "a step after DONE or FAIL is INVALID",
         "it is how a host's own mistake is found out instead of being acted upon",
         "remember that the operation has ended", step_after_end},
        {"reply-not-awaited", "abi", must, "base.h: TENON_INVALID",
         "a reply of a kind that was not waited for is INVALID",
         "its pointers are not set, and would be followed",
         "compare reply->kind with the action's before anything else", reply_not_awaited},
        {"destroy-anywhere", "abi", must, "plugin.h: op_destroy",
         "an operation can be destroyed in every state", "this is how the host cancels",
         "free what there is; owe nothing to a step that never comes", destroy_anywhere}};
}

}  // namespace tenon::host::conformance
