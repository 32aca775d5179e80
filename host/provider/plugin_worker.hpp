// A plugin that never runs in this process: its workers, who is started when, and what became of
// them.
#pragma once

#include "base/isolation.hpp"
#include "provider/library.hpp"
#include "provider/plugin_op.hpp"
#include "provider/worker_answers.hpp"
#include "provider/worker_dialogue.hpp"
#include "provider/worker_link.hpp"
#include "provider/worker_setup.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

namespace tenon::host {

// Any thread.
class plugin_worker : public std::enable_shared_from_this<plugin_worker> {
  public:
    // Starts a worker and does not wait for it. Error: internal (see worker_process).
    [[nodiscard]] static auto launch(
        std::shared_ptr<plugin_image> image, worker_setup setup, isolation mode
    ) -> result<std::shared_ptr<plugin_worker>>;
    // Waits for the greeting, once, before all below. Error: invalid_request; the message says why
    // the plugin is not taken.
    [[nodiscard]] auto greet() -> result<void>;

    [[nodiscard]] auto providers() const -> const std::vector<plugin_provider>&;
    [[nodiscard]] auto refused() const -> const std::vector<std::string>&;

    // Begins an operation, gives it the reply where there is one and it asks for a request, ends
    // it, and waits for what it said last; blocks, for as long as a start and two steps may take.
    // Empty where the worker was lost: `lost` says how. Where it was lost some times in a row, it
    // is not asked again for a while: a plugin of a thousand providers would stop a start for as
    // many deadlines.
    [[nodiscard]] auto ask_once(
        std::size_t provider, const op_input& input, const tenon_reply* then, fail_action& lost
    ) -> std::unique_ptr<action_message>;

    // A worker to run operations in: the common one, or one of its own. Starts it where there is
    // none; its greeting is not waited for.
    enum class sharing { common, alone };
    [[nodiscard]] auto link(sharing how) -> std::variant<std::shared_ptr<worker_link>, worker_loss>;
    [[nodiscard]] auto next_op() noexcept -> std::uint64_t { return ++ops_; }
    [[nodiscard]] auto mode() const noexcept -> isolation { return mode_; }

    // No operations are to come soon: a worker that waits for some is ended.
    void rest();
    [[nodiscard]] auto report() const -> worker_report;

  private:
    using dialogue_ptr = std::unique_ptr<worker_dialogue>;

    plugin_worker(std::shared_ptr<plugin_image> image, worker_setup setup, isolation mode);
    auto start() -> result<dialogue_ptr>;
    auto take_spare() -> dialogue_ptr;
    auto greeted_spare() -> result<dialogue_ptr>;
    struct asked_op {
        std::uint64_t number;
        operation_kind kind;
    };
    [[nodiscard]] auto asked_in_vain() const -> bool;
    void note_asked(bool in_vain);
    auto hear(worker_dialogue& with, std::string_view frame, asked_op of, fail_action& lost)
        -> std::unique_ptr<action_message>;
    auto open(dialogue_ptr from) -> std::shared_ptr<worker_link>;
    void make_spare();
    void note_loss(const worker_loss& loss);
    auto must_rest() const -> std::optional<worker_loss>;

    std::shared_ptr<plugin_image> image_;
    worker_setup setup_;
    isolation mode_;
    worker_greeting greeting_;  // not changed after greet()
    std::atomic<std::uint64_t> ops_{0};

    mutable std::mutex guard_;  // everything below
    dialogue_ptr spare_;
    bool spare_is_coming_ = false;
    std::shared_ptr<worker_link> common_;
    unsigned losses_in_a_row_ = 0;
    unsigned asked_in_vain_ = 0;  // in a row
    std::chrono::steady_clock::time_point lost_at_{}, not_before_{}, asked_at_{};
    worker_report report_;
};

}  // namespace tenon::host
