// The first operations of a generation that took over from another one: they show whether it may
// stay.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace tenon::host {

// How many operations a trial is. One of them that breaks the contract fails it: such an end is the
// plugin's fault, never the provider's or the network's, and the generation before it had none.
inline constexpr std::size_t trial_operations = 20;

enum class trial_verdict { open, passed, failed };

// Any thread.
class generation_trial {
  public:
    // `decided` is set as soon as there is a verdict, so that nobody needs to ask each trial.
    explicit generation_trial(std::shared_ptr<std::atomic<bool>> decided)
        : decided_(std::move(decided)) {}

    // An operation has ended. `fault`: how it broke the contract; empty where it kept it, whatever
    // else came of it.
    void note(std::string_view fault);

    [[nodiscard]] auto verdict() const noexcept -> trial_verdict { return verdict_; }
    // Why it failed; empty otherwise.
    [[nodiscard]] auto fault() const -> std::string;

  private:
    std::shared_ptr<std::atomic<bool>> decided_;
    std::atomic<std::size_t> operations_{0};
    std::atomic<trial_verdict> verdict_{trial_verdict::open};
    mutable std::mutex mutex_;
    std::string fault_;
};

}  // namespace tenon::host
