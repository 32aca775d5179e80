// One operation, wherever its plugin runs: in this process a call answers at once, in a worker it
// is waited for.
#pragma once

#include "provider/plugin_op.hpp"
#include "provider/worker_op.hpp"

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <variant>

namespace tenon::host {

// Where one provider of a plugin's runs.
struct plugin_seat {
    std::shared_ptr<const plugin_library> library;  // in this process; or
    std::shared_ptr<plugin_worker> worker;          // in workers
    std::size_t number = 0;                         // among the providers of either

    [[nodiscard]] auto provider() const -> const plugin_provider& {
        return worker != nullptr ? worker->providers().at(number) : library->providers().at(number);
    }
};

using next_action = std::variant<any_action, boost::asio::awaitable<any_action>>;

// Not for two threads at once. The seat, and this, outlive what is waited for.
class any_op {
  public:
    explicit any_op(const plugin_seat& seat) {
        if (seat.worker != nullptr) {
            away_.emplace(seat.worker, seat.number);
        } else {
            here_.emplace(seat.provider().raw);
        }
    }

    // What is given is read before either returns.
    [[nodiscard]] auto begin(const op_input& input) -> next_action {
        return here_ ? next_action(here_->begin(input)) : next_action(away_->begin(input));
    }
    [[nodiscard]] auto step(const tenon_reply& reply) -> next_action {
        return here_ ? next_action(here_->step(reply)) : next_action(away_->step(reply));
    }

  private:
    std::optional<plugin_op> here_;
    std::optional<worker_op> away_;
};

// What an operation says as it begins, and no more of it: for those that ask before anything is
// served. With a reply: what it says to that, where it asks for a request first. Waits, and blocks,
// where the plugin runs in a worker.
class said_once {
  public:
    said_once(const plugin_seat& seat, const op_input& input, const tenon_reply* then = nullptr);

    // A description in it is good as long as this lives.
    [[nodiscard]] auto action() -> any_action& {
        return message_ == nullptr ? action_ : message_->action();
    }
    // How its worker was lost; null: it was not.
    [[nodiscard]] auto loss() const -> const fail_action* { return loss_ ? &*loss_ : nullptr; }

  private:
    std::optional<plugin_op> here_;
    std::unique_ptr<action_message> message_;
    std::optional<fail_action> loss_;
    any_action action_;
};

}  // namespace tenon::host
