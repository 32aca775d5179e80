#include "provider/operation_run.hpp"

#include "base/log.hpp"
#include "provider/grant_reply.hpp"

#include <tenon/operation.h>

#include <algorithm>

namespace tenon::host {
namespace {

constexpr int step_budget = TENON_MAX_STEPS;

auto is_end(const any_action& action) -> bool {
    return std::holds_alternative<done_action>(action) ||
           std::holds_alternative<fail_action>(action) ||
           std::holds_alternative<broken_action>(action);
}

auto pairs_of(const std::map<std::string, std::string>& from) -> std::vector<key_value> {
    std::vector<key_value> out;
    for (const auto& [name, value] : from) {
        out.push_back({name, value, 0});
    }
    return out;
}

void add_template(std::vector<key_value>& params, std::string name, const secret& value) {
    if (!value.empty()) {
        auto reference = "${" + name + "}";
        params.push_back(
            {std::move(name), std::move(reference), TENON_KV_TEMPLATE | TENON_KV_SECRET}
        );
    }
}

auto params_of(const operation_request& request) -> std::vector<key_value> {
    std::vector<key_value> out;
    for (const auto& [name, value] : request.params) {
        out.push_back({name, value, name == "code" ? std::uint32_t{TENON_KV_SECRET} : 0U});
    }
    if (request.kind == operation_kind::exchange) {
        add_template(out, "code_verifier", request.secrets.code_verifier);
    }
    if (request.kind == operation_kind::refresh || request.kind == operation_kind::revoke) {
        add_template(out, "access_token", request.secrets.access_token);
        add_template(out, "refresh_token", request.secrets.refresh_token);
    }
    return out;
}

auto refused_response(std::string problem) -> outbound_response {
    outbound_response out;
    out.outcome = transport::denied;
    out.problem = std::move(problem);
    return out;
}

// A request of a run that was cut off, whose answer never came: had it come, it would have been
// recorded.
auto lost_response() -> outbound_response {
    outbound_response out;
    out.outcome = transport::reset;
    out.sent = request_sent::maybe;
    out.problem = "no answer to it was recorded before the operation was cut off";
    return out;
}

auto is_success(const recorded_reply& reply) -> bool {
    return reply.response.status >= 200 && reply.response.status < 300;
}

// An answer without tokens at the end of a run is no loss: replayed, it would be the answer for
// ever. What it refused (429, 503) is asked again. Those before it stay: they keep each reply in
// its place.
void forget_refusals(std::map<std::size_t, recorded_reply>& recorded) {
    while (!recorded.empty() && !is_success(recorded.rbegin()->second)) {
        recorded.erase(std::prev(recorded.end()));
    }
}

}  // namespace

operation_run::operation_run(
    const provider_parts& parts, operation_request& request, outbound_http& http, const clock& time
)
    : parts_(parts),
      request_(request),
      http_(http),
      time_(time),
      client_id_(request.client_id.empty() ? parts.settings.client_id : request.client_id),
      label_(parts.settings.name + " " + std::string(name_of(request.kind))),
      began_at_(request.recorded.empty() ? time.now() : request.recorded.begin()->second.began_at),
      ends_at_(time.now() + request.deadline),
      op_(parts.raw) {
    forget_refusals(request.recorded);
}

auto operation_run::context() const -> encoding_context {
    const auto& secrets = parts_.settings.client_secrets;
    const auto* client_secret = request_.client_secret_index < secrets.size()
                                    ? &secrets[request_.client_secret_index]
                                    : nullptr;
    return {
        parts_.about,
        parts_.egress,
        request_.connect,
        {request_.kind, client_id_, client_secret, &request_.secrets},
        label_};
}

auto operation_run::remaining() const -> milliseconds {
    return ends_at_ - time_.now();
}

auto operation_run::failure(failure_category category, std::string code, std::string message) const
    -> operation_failure {
    operation_failure out;
    out.category = category;
    out.code = std::move(code);
    out.message = std::move(message);
    return out;
}

auto operation_run::stop(failure_category category, std::string code, std::string message) const
    -> any_action {
    return fail_action{failure(category, std::move(code), std::move(message))};
}

auto operation_run::begin() -> any_action {
    const auto params = params_of(request_);
    const auto connect = pairs_of(request_.connect);
    return op_.begin({request_.kind, began_at_, parts_.config, params, connect, request_.slot});
}

auto operation_run::drive() -> awaitable<operation_result> {
    if (!parts_.about.supports(request_.kind)) {
        co_return failure(
            failure_category::unsupported, "unsupported",
            parts_.settings.name + " has no operation " + std::string(name_of(request_.kind))
        );
    }
    auto action = begin();
    for (int step = 0; step < step_budget && !is_end(action); ++step) {
        auto next = co_await perform(std::move(action));
        action = std::move(next);
    }
    if (!is_end(action)) {
        action = stop(
            failure_category::provider, "step_budget",
            "the plugin did not end the operation within " + std::to_string(step_budget) + " steps"
        );
    }
    co_return finish(std::move(action));
}

auto operation_run::perform(any_action action) -> awaitable<any_action> {
    if (remaining() <= milliseconds(0)) {
        co_return stop(
            failure_category::unavailable, "deadline",
            "the operation did not end within its deadline"
        );
    }
    if (auto* http = std::get_if<http_action>(&action)) {
        co_return co_await exchange(std::move(*http));
    }
    if (const auto* pause = std::get_if<sleep_action>(&action)) {
        co_return co_await sleep(*pause);
    }
    co_return call(std::get<call_action>(action));
}

auto operation_run::exchange(http_action action) -> awaitable<any_action> {
    const auto position = requests_++;
    const bool grants = may_carry_tokens(action, context());
    auto got = co_await answer(action, position, grants);
    if (auto* ended = std::get_if<any_action>(&got)) {
        co_return std::move(*ended);
    }
    const auto& response = std::get<outbound_response>(got);
    note(response, grants);
    if (response.outcome == transport::cancelled) {
        co_return stop(failure_category::unavailable, "cancelled", "the host ended the operation");
    }
    const bool replayed = request_.recorded.contains(position);
    if (grants && response.outcome == transport::ok && !replayed) {
        auto lost = co_await keep(position, response);
        if (lost) {
            co_return std::move(*lost);
        }
    }
    co_return step_with(response);
}

auto operation_run::answer(const http_action& action, std::size_t position, bool grants)
    -> awaitable<std::variant<outbound_response, any_action>> {
    if (const auto found = request_.recorded.find(position); found != request_.recorded.end()) {
        if (!grants) {
            co_return stop(
                failure_category::provider, "replay_diverged",
                "the recorded run had a reply with tokens where this one asks for something else"
            );
        }
        co_return found->second.response;
    }
    if (grants && !request_.recorded.empty() && position < request_.recorded.rbegin()->first) {
        co_return lost_response();
    }
    co_return co_await send(action);
}

auto operation_run::send(const http_action& action)
    -> awaitable<std::variant<outbound_response, any_action>> {
    auto encoded = encode_request(action, context());
    if (encoded.has_error()) {
        if (encoded.error().kind == refusal_kind::broken) {
            co_return broken_action{encoded.error().message};
        }
        log(log_level::warn, "request_denied",
            {{log_key::provider, parts_.settings.name},
             {log_key::operation, name_of(request_.kind)},
             {log_key::detail, encoded.error().message}});
        co_return refused_response(encoded.error().message);
    }
    encoded->timeout = std::min(encoded->timeout, remaining());
    encoded->may_resend = !may_carry_tokens(action, context());
    auto outgoing = std::move(*encoded);
    auto response = co_await http_.send(std::move(outgoing));
    if (response.sent_at == time_point{}) {
        response.sent_at = time_.now();
    }
    co_return response;
}

auto operation_run::keep(std::size_t position, const outbound_response& response)
    -> awaitable<std::optional<any_action>> {
    if (!request_.sink) {
        co_return std::nullopt;
    }
    recorded_reply reply{began_at_, response};
    reply.response.problem.clear();
    const auto kept = co_await request_.sink(position, std::move(reply));
    if (kept.has_error()) {
        grant_reply_pending_ = true;
        co_return stop(failure_category::unavailable, "reply_not_stored", kept.error().message);
    }
    co_return std::nullopt;
}

void operation_run::note(const outbound_response& response, bool grants) {
    last_.outcome = response.outcome;
    last_.sent = response.sent;
    last_.status = response.status;
    last_.problem = response.problem;
    last_.retry_after = response.retry_after;
    const bool lost = response.outcome != transport::ok && response.sent != request_sent::no;
    grant_requests_ += grants ? 1 : 0;
    if (grants && lost) {
        grant_reply_pending_ = true;
    }
}

}  // namespace tenon::host
