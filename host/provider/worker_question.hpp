// One message that a worker owes an answer to, and the coroutine that waits for it.
#pragma once

#include "provider/worker_loss.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

namespace tenon::host {

// An action's frame, or no worker any more.
using worker_reply = std::variant<std::string, worker_loss>;

class worker_question : public std::enable_shared_from_this<worker_question> {
  public:
    explicit worker_question(std::uint64_t op) : op_(op) {}
    [[nodiscard]] auto op() const noexcept -> std::uint64_t { return op_; }

    // Once; on the waiting coroutine's executor it goes on. Any thread.
    void answer(worker_reply reply);
    // Nobody will answer, and nobody is to go on: the loop is gone.
    void drop();
    // Once. Cancellation ends the wait with operation_aborted.
    [[nodiscard]] auto wait() -> boost::asio::awaitable<worker_reply>;

    // For the waiting coroutine's handler.
    using resume = std::function<void(boost::system::error_code)>;
    void park(resume go_on);
    void cancel();

  private:
    std::uint64_t op_;
    std::mutex guard_;
    std::optional<worker_reply> reply_;
    resume resume_;
};

}  // namespace tenon::host
