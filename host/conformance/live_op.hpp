// One operation of a plugin's, called as the ABI says and watched at each call.
#pragma once

#include "base/outbound.hpp"
#include "conformance/loan.hpp"
#include "provider/action.hpp"
#include "provider/host_calls.hpp"

#include <tenon/plugin.h>

#include <memory>
#include <string>
#include <vector>

namespace tenon::host::conformance {

// How the host behaves towards it. By default as kindly as can be.
struct manners {
    placement texts = placement::heap, structs = placement::heap;
    bool takes_back = false;  // as soon as a call returns; else when the operation ends
    std::size_t input_size = sizeof(tenon_op_input);
    std::size_t reply_size = sizeof(tenon_reply);
    std::size_t response_size = sizeof(tenon_http_response);
    std::size_t action_size = sizeof(tenon_action);
};

struct op_call {
    operation_kind kind = operation_kind::profile;
    std::uint32_t raw_kind = 0;  // where it is none of operation_kind's
    std::int64_t now_ms = 0;
    std::vector<key_value> config, params, connect;
    std::string slot;
};

// Which function of the plugin is running on this thread: "op_begin", …; null: none. For the
// handlers of signals.
[[nodiscard]] auto running_function() noexcept -> const char*;
class running {
  public:
    explicit running(const char* function) noexcept;
    ~running();
    running(const running&) = delete;
    auto operator=(const running&) -> running& = delete;

  private:
    const char* before_;
};

// Destroyed in any case. An exception that the plugin lets out is thrown as `blocked` by
// nothing-throws.
class live_op {
  public:
    explicit live_op(const tenon_provider* provider, manners how = {});
    ~live_op();
    live_op(const live_op&) = delete;
    auto operator=(const live_op&) -> live_op& = delete;

    auto begin(const op_call& call) -> tenon_status;
    auto step(const outbound_response& response, std::int64_t now_ms) -> tenon_status;
    auto step(const call_answer& answer, std::int64_t now_ms) -> tenon_status;
    auto wake(std::int64_t now_ms) -> tenon_status;
    // A reply as it is.
    auto step(const tenon_reply& reply) -> tenon_status;
    void destroy();

    // The action as the plugin wrote it, and the struct's bytes from its end on.
    [[nodiscard]] auto raw() const -> const tenon_action& { return action_; }
    [[nodiscard]] auto wrote_beyond() const -> bool { return wrote_beyond_; }
    [[nodiscard]] auto has_op() const -> bool { return op_ != nullptr; }
    // Its copy. A broken action is thrown as `blocked` by actions-well-formed.
    [[nodiscard]] auto action() const -> any_action;

  private:
    template <class Call>
    auto called(const char* function, Call call) -> tenon_status;
    void settle(loan& lent, const tenon_action* written);
    [[nodiscard]] auto lend_action(loan& lent) const -> tenon_action*;

    const tenon_provider* provider_;
    manners how_;
    operation_kind kind_ = operation_kind::profile;
    tenon_op* op_ = nullptr;
    tenon_action action_{};
    bool wrote_beyond_ = false;
    std::vector<std::unique_ptr<loan>> loans_;
};

}  // namespace tenon::host::conformance
