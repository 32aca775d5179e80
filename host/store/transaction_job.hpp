// A transaction on its way to a thread and back. Only database.hpp and the engines use it.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/sql.hpp"

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>

namespace tenon::host {

// read: nothing may be written, each statement sees what was committed before it (on SQLite all of
// them see the same). snapshot: a read in which all statements see the same on either engine, for
// as long as it takes. write: one transaction, all of it or nothing.
enum class access { read, snapshot, write };

// Owned by whoever waits and by whoever works, so that either may go first.
class transaction_job {
  public:
    transaction_job(std::optional<org_id> org, access mode) : org_(std::move(org)), mode_(mode) {}
    virtual ~transaction_job() = default;
    transaction_job(const transaction_job&) = delete;
    auto operator=(const transaction_job&) -> transaction_job& = delete;

    [[nodiscard]] auto org() const noexcept -> const std::optional<org_id>& { return org_; }
    [[nodiscard]] auto mode() const noexcept -> access { return mode_; }
    [[nodiscard]] auto writes() const noexcept -> bool { return mode_ == access::write; }

    // Calls the function. True: commit. False, or an exception: roll back.
    virtual auto run(sql_session& session) -> bool = 0;

    // The transaction came to nothing, whatever the function said.
    void fail(error reason) { failure_ = std::move(reason); }
    void fail(std::exception_ptr thrown) { thrown_ = std::move(thrown); }
    [[nodiscard]] auto failed() const noexcept -> bool { return failure_ || thrown_; }

    // Tells whoever waits. Exactly once, by the engine; nothing of the job is touched afterwards.
    void complete() {
        auto tell = std::move(on_complete_);
        tell();
    }
    // Before it is submitted.
    void on_complete(std::function<void()> tell) { on_complete_ = std::move(tell); }

  protected:
    std::optional<error> failure_;
    std::exception_ptr thrown_;

  private:
    std::optional<org_id> org_;
    access mode_;
    std::function<void()> on_complete_;
};

template <class Fn>
class typed_job final : public transaction_job {
    using outcome = std::invoke_result_t<Fn&, sql_session&>;

  public:
    typed_job(std::optional<org_id> org, access mode, Fn fn)
        : transaction_job(std::move(org), mode), fn_(std::move(fn)) {}

    auto run(sql_session& session) -> bool override {
        outcome_.emplace(fn_(session));
        return outcome_->has_value();
    }

    // After it completed, once.
    auto take() -> outcome {
        if (thrown_) {
            std::rethrow_exception(thrown_);
        }
        if (failure_) {
            return std::move(*failure_);
        }
        return std::move(*outcome_);
    }

  private:
    Fn fn_;
    std::optional<outcome> outcome_;
};

}  // namespace tenon::host
