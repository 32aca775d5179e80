// A worker before operations run in it: greeted, and asked to describe, by a thread that waits.
#pragma once

#include "provider/worker_answers.hpp"
#include "provider/worker_link.hpp"
#include "provider/worker_process.hpp"

#include <memory>
#include <optional>
#include <string>

namespace tenon::host {

// A start or a reload waits, never a loop.
class worker_dialogue {
  public:
    explicit worker_dialogue(worker_process process) : process_(std::move(process)) {}

    // Error: invalid_request; the message says what the worker refuses, or how it ended.
    [[nodiscard]] auto greet(milliseconds deadline) -> result<worker_greeting>;
    // The content of the answer's frame, or how the worker was lost.
    [[nodiscard]] auto ask(std::string_view frame, milliseconds deadline) -> worker_reply;
    void tell(std::string_view frame) { send(frame); }
    [[nodiscard]] auto usable() -> bool { return !lost_ && !process_.ended(); }
    [[nodiscard]] auto greeted() const noexcept -> bool { return greeted_; }
    // For a link.
    [[nodiscard]] auto release() -> worker_process { return std::move(process_); }

  private:
    void send(std::string_view frame);
    auto receive(milliseconds deadline) -> std::optional<std::string>;
    void read_some();
    auto wait_for(short events, std::chrono::steady_clock::time_point until) -> bool;
    // Is it the word of a worker whose plugin tried what it may not?
    auto forbidden(std::string_view frame) -> bool;
    void lose(loss_reason why, std::string detail);
    void lose_to_end();

    worker_process process_;
    frame_buffer frames_;
    std::optional<worker_loss> lost_;
    bool greeted_ = false;
};

}  // namespace tenon::host
