// The loop around one operation: action, its performance, reply. For this room's own use.
#pragma once

#include "provider/any_op.hpp"
#include "provider/instance.hpp"
#include "provider/operation.hpp"
#include "provider/request_encoder.hpp"

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

namespace tenon::host {

// The state of one operation: what its coroutines share is here, so that each of their frames is
// small. http and time outlive it.
class operation_run {
  public:
    operation_run(
        provider_handle instance, operation_request request, outbound_http& http, const clock& time
    );
    // To its end.
    static auto drive(std::unique_ptr<operation_run> run)
        -> boost::asio::awaitable<operation_result>;

  private:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

    // Each performs action_, and makes it what the plugin wants next.
    auto perform() -> awaitable<void>;
    auto exchange() -> awaitable<void>;
    auto sleep() -> awaitable<void>;
    auto call() -> awaitable<void>;
    auto end_late() -> awaitable<void>;

    void begin();
    // What the plugin said is action_, or is waited for.
    void take(next_action next);
    auto arrive() -> awaitable<void>;
    // The request to be sent; nothing: the answer is in last_ already, or action_ is an end.
    auto prepare(std::size_t position, bool grants) -> std::optional<outbound_request>;
    auto encode() -> std::optional<outbound_request>;
    auto keep(std::size_t position) -> awaitable<result<void>>;
    void step_with(const outbound_response& response);

    // What the operation ends with, of which a plugin on trial is told.
    auto finish() -> operation_result;
    auto judge_end() -> operation_result;
    auto finish_done(done_action done) -> operation_result;
    auto check_grants(const operation_output& output) const -> std::optional<operation_failure>;
    auto fill_templates(operation_output& output) const -> std::optional<operation_failure>;
    auto authorize_url(const http_action& action) -> operation_result;

    void redact_all(operation_failure& failed) const;
    void note_answer(bool grants);
    [[nodiscard]] auto holds_grant(const operation_failure& failed) const -> bool;
    [[nodiscard]] static auto failure(
        failure_category category, std::string code, std::string message
    ) -> operation_failure;
    [[nodiscard]] static auto stop(failure_category category, std::string code, std::string message)
        -> any_action;
    [[nodiscard]] auto context() const -> encoding_context;
    [[nodiscard]] auto remaining() const -> milliseconds;
    [[nodiscard]] auto param(std::string_view name) const -> std::string_view;

    provider_handle instance_;  // its plugin stays loaded
    const provider_parts& parts_;
    operation_request request_;
    outbound_http& http_;
    const clock& time_;
    std::string client_id_;
    std::string label_;
    time_point began_at_;  // as the plugin is told: a replay's is the recorded one
    time_point ends_at_;   // the deadline
    std::size_t requests_ = 0;
    any_action action_;       // what is to be done now
    outbound_response last_;  // the last request's answer; without its body once the plugin has it
    std::size_t grant_requests_ = 0;
    bool grant_reply_pending_ = false;
    bool granted_ = false;  // an answer of success came that may carry tokens …
    bool went_on_ = false;  // … and the plugin asked for something after it
    any_op op_;
    std::optional<awaitable<any_action>> coming_;  // from a worker: waited for before all else
};

}  // namespace tenon::host
