// The loop around one operation: action, its performance, reply. For this room's own use.
#pragma once

#include "provider/instance.hpp"
#include "provider/operation.hpp"
#include "provider/plugin_op.hpp"
#include "provider/request_encoder.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// Lives in one coroutine's frame. Everything referred to outlives it.
class operation_run {
  public:
    operation_run(
        const provider_parts& parts, operation_request& request, outbound_http& http,
        const clock& time
    );
    auto drive() -> boost::asio::awaitable<operation_result>;

  private:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

    auto begin() -> any_action;
    auto perform(any_action action) -> awaitable<any_action>;
    auto exchange(http_action action) -> awaitable<any_action>;
    auto answer(const http_action& action, std::size_t position, bool grants)
        -> awaitable<std::variant<outbound_response, any_action>>;
    auto send(const http_action& action) -> awaitable<std::variant<outbound_response, any_action>>;
    auto keep(std::size_t position, const outbound_response& response)
        -> awaitable<std::optional<any_action>>;
    auto sleep(sleep_action action) -> awaitable<any_action>;
    auto call(const call_action& action) -> any_action;
    auto step_with(const outbound_response& response) -> any_action;

    auto finish(any_action action) -> operation_result;
    auto finish_done(done_action done) -> operation_result;
    auto check_grants(const operation_output& output) const -> std::optional<operation_failure>;
    auto authorize_url(const http_action& action) -> operation_result;

    void redact_all(operation_failure& failed) const;
    void note(const outbound_response& response, bool grants);
    [[nodiscard]] auto failure(failure_category category, std::string code, std::string message)
        const -> operation_failure;
    [[nodiscard]] auto stop(failure_category category, std::string code, std::string message) const
        -> any_action;
    [[nodiscard]] auto context() const -> encoding_context;
    [[nodiscard]] auto remaining() const -> milliseconds;
    [[nodiscard]] auto param(std::string_view name) const -> std::string_view;

    const provider_parts& parts_;
    operation_request& request_;
    outbound_http& http_;
    const clock& time_;
    std::string client_id_;
    std::string label_;
    time_point began_at_;  // as the plugin is told: a replay's is the recorded one
    time_point ends_at_;   // the deadline
    std::size_t requests_ = 0;
    outbound_response last_;  // without its body: outcome, sent, status, problem
    std::size_t grant_requests_ = 0;
    bool grant_reply_pending_ = false;
    plugin_op op_;
};

}  // namespace tenon::host
