#include "provider/worker_loss.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

auto words_of(const worker_loss& loss) -> std::string {
    switch (loss.why) {
        case loss_reason::crashed:
            return "the plugin ended its worker process (" + loss.detail + ")";
        case loss_reason::hung:
            return "the plugin did not end a step within " + loss.detail + "; its worker was ended";
        case loss_reason::forbidden:
            return "the plugin tried the system call " + loss.detail +
                   ", which plugins may not make; its worker was ended";
        case loss_reason::garbled:
            return "the plugin's worker sent what is no message (" + loss.detail +
                   "); it was ended";
        case loss_reason::not_started:
            return "the plugin's worker could not be started: " + loss.detail;
        case loss_reason::resting:
            return "the plugin's worker was lost too often of late (" + loss.detail +
                   "); it is started again soon";
    }
    return {};
}

auto code_of_blame(loss_reason why) -> std::string {
    switch (why) {
        case loss_reason::crashed: return "plugin_crashed";
        case loss_reason::hung: return "plugin_hung";
        case loss_reason::forbidden: return "plugin_forbidden_call";
        case loss_reason::garbled: return "plugin_broke_contract";
        case loss_reason::not_started:
        case loss_reason::resting: break;
    }
    return "plugin_worker_lost";
}

}  // namespace

auto name_of(loss_reason why) noexcept -> std::string_view {
    switch (why) {
        case loss_reason::crashed: return "crashed";
        case loss_reason::hung: return "hung";
        case loss_reason::forbidden: return "forbidden";
        case loss_reason::garbled: return "garbled";
        case loss_reason::not_started: return "not_started";
        case loss_reason::resting: return "resting";
    }
    return "crashed";
}

auto failure_of(const worker_loss& loss) -> fail_action {
    fail_action out;
    auto& failure = out.failure;
    const bool blamed =
        loss.to_blame && loss.why != loss_reason::not_started && loss.why != loss_reason::resting;
    failure.category = blamed ? failure_category::provider : failure_category::unavailable;
    failure.code = blamed ? code_of_blame(loss.why) : "plugin_worker_lost";
    failure.message = words_of(loss);
    if (!blamed) {
        constexpr milliseconds soon{1000};
        failure.retry_after = std::max(soon, loss.again_in);
    }
    return out;
}

}  // namespace tenon::host
