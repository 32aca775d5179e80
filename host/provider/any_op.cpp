#include "provider/any_op.hpp"

namespace tenon::host {

said_once::said_once(const plugin_seat& seat, const op_input& input, const tenon_reply* then) {
    if (seat.worker == nullptr) {
        action_ = here_.emplace(seat.provider().raw).begin(input);
        if (then != nullptr && std::holds_alternative<http_action>(action_)) {
            action_ = here_->step(*then);
        }
        return;
    }
    fail_action lost;
    message_ = seat.worker->ask_once(seat.number, input, then, lost);
    if (message_ == nullptr) {
        loss_ = lost;
        action_ = std::move(lost);
    }
}

}  // namespace tenon::host
