// How a worker was lost, as each operation in it is told.
#pragma once

#include "provider/action.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace tenon::host {

enum class loss_reason {
    crashed,    // it ended on a signal, or left
    hung,       // a step took longer than its deadline
    forbidden,  // the plugin tried a system call that plugins may not make
    garbled,    // what it sent was no message
    not_started,
    resting,  // it was lost too often of late: not started again yet
};
// `crashed`; for logs, metrics and the health report.
[[nodiscard]] auto name_of(loss_reason why) noexcept -> std::string_view;

struct worker_loss {
    loss_reason why = loss_reason::crashed;
    std::string detail;        // `SIGSEGV`, the call's name
    bool to_blame = false;     // it was this operation's step that the worker was at
    milliseconds again_in{0};  // resting: when it may be started again
};

// The typed end of an operation whose worker was lost: that of the one to blame names what its
// plugin did; all others may be repeated.
[[nodiscard]] auto failure_of(const worker_loss& loss) -> fail_action;

}  // namespace tenon::host
