// machine.hpp: an operation in flight: drives the coroutine by the ABI's calls. For the SDK itself.
#ifndef TENON_SDK_MACHINE_HPP
#define TENON_SDK_MACHINE_HPP

#include <tenon/operation.h>
#include <tenon/sdk/op.hpp>
#include <tenon/sdk/outbox.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <variant>

namespace tenon {

/// A copy of a growable struct, read only as far as the other side wrote it; what it did not know
/// is zero.
template <class T>
auto read_sized(const T* from) noexcept -> T {
    T copy = {};
    if (from == nullptr) {
        return copy;
    }
    std::uint32_t size = 0;
    std::memcpy(&size, from, sizeof(size));
    std::memcpy(&copy, from, std::min<std::size_t>(size, sizeof(T)));
    return copy;
}

/// What op_begin creates and op_destroy deletes. Steps are never concurrent, but may hop threads.
class machine {
  public:
    machine() = default;
    machine(const machine&) = delete;
    auto operator=(const machine&) -> machine& = delete;
    virtual ~machine() = default;

    /// Runs to the first action.
    void begin() { run(); }

    /// Goes on with a reply. TENON_INVALID, and no step, if it is not the one that was waited for.
    auto step(const tenon_reply& reply) -> tenon_status {
        if (broken_ || !is_awaited(reply)) {
            return TENON_INVALID;
        }
        broken_ = true;  // until proven otherwise: an exception leaves it so
        if (reply.kind == TENON_ACTION_HTTP) {
            box_.deliver(response(read_sized(reply.http), reply.now_ms));
        } else if (reply.kind == TENON_ACTION_CALL) {
            box_.deliver(call_result{
                reply.call_status == TENON_OK, reply.call_status, values(reply.call_out)});
        }
        run();
        return TENON_OK;
    }

    auto next() const noexcept -> const tenon_action& { return out_.next(); }

  protected:
    /// Resumes the coroutine; true if it ended, and then its outcome is in the outbox.
    virtual auto advance(outbox& out) -> bool = 0;
    auto box() noexcept -> mailbox& { return box_; }

  private:
    auto is_awaited(const tenon_reply& reply) const noexcept -> bool {
        if (reply.kind != out_.next().kind) {
            return false;
        }
        if (reply.kind == TENON_ACTION_HTTP) {
            return reply.http != nullptr;
        }
        return reply.kind == TENON_ACTION_CALL || reply.kind == TENON_ACTION_SLEEP;
    }

    void run() {
        if (!advance(out_)) {
            mailbox::wanted wanted = box_.take_wanted();
            if (auto* http = std::get_if<request>(&wanted)) {
                out_.want(std::move(*http));
            }
            if (auto* service = std::get_if<call>(&wanted)) {
                out_.want(std::move(*service));
            }
            if (auto* pausing = std::get_if<pause>(&wanted)) {
                out_.want(*pausing);
            }
        }
        broken_ = false;
    }

    mailbox box_;
    outbox out_;
    bool broken_ = true;
};

/// The machine of one coroutine.
template <class T>
class machine_of final : public machine {
  public:
    machine_of(op<T> coroutine, std::uint64_t operations)
        : coroutine_(std::move(coroutine)), operations_(operations) {
        coroutine_.handle().promise().connect(box());
    }

  private:
    auto advance(outbox& out) -> bool override {
        coroutine_.handle().resume();
        if (!coroutine_.handle().done()) {
            return false;
        }
        auto outcome = coroutine_.handle().promise().take_outcome();
        if (auto* value = std::get_if<T>(&outcome)) {
            out.finish(std::move(*value), operations_);
        } else if (auto* why = std::get_if<failure>(&outcome)) {
            out.finish(std::move(*why));
        } else {
            out.finish(failure(
                category::provider,
                "the plugin's operation ran off its end without co_return: a bug in the plugin",
                "plugin_bug"
            ));
        }
        return true;
    }

    op<T> coroutine_;
    std::uint64_t operations_;
};

}  // namespace tenon

#endif
