#include "provider/generation_trial.hpp"

namespace tenon::host {

void generation_trial::note(std::string_view fault) {
    if (verdict_ != trial_verdict::open) {
        return;
    }
    const bool over = ++operations_ >= trial_operations;
    if (fault.empty() && !over) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (verdict_ != trial_verdict::open) {
            return;
        }
        fault_ = fault;
        verdict_ = fault.empty() ? trial_verdict::passed : trial_verdict::failed;
    }
    decided_->store(true);
}

auto generation_trial::fault() const -> std::string {
    const std::lock_guard lock(mutex_);
    return fault_;
}

}  // namespace tenon::host
