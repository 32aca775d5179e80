#include "provider/any_op.hpp"

namespace tenon::host {

said_once::said_once(const plugin_seat& seat, const op_input& input) {
    if (seat.worker == nullptr) {
        action_ = here_.emplace(seat.provider().raw).begin(input);
        return;
    }
    fail_action lost;
    message_ = seat.worker->ask_once(seat.number, input, lost);
    if (message_ == nullptr) {
        action_ = std::move(lost);
    }
}

}  // namespace tenon::host
