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
    for (const auto& [name, value] : request.secrets.credentials) {
        add_template(out, "credential." + name, value);
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

// An answer without tokens at the end of a run is no loss: replayed, it would be the answer for
// ever. What it refused (429, 503) is asked again. Those before it stay: they keep each reply in
// its place.
void forget_refusals(std::map<std::size_t, recorded_reply>& recorded) {
    while (!recorded.empty() && !is_success(recorded.rbegin()->second.response)) {
        recorded.erase(std::prev(recorded.end()));
    }
}

}  // namespace

operation_run::operation_run(
    provider_handle instance, operation_request request, outbound_http& http, const clock& time
)
    : instance_(std::move(instance)),
      parts_(operation_access::parts(*instance_)),
      request_(std::move(request)),
      http_(http),
      time_(time),
      client_id_(request_.client_id.empty() ? parts_.settings.client_id : request_.client_id),
      label_(parts_.settings.name + " " + std::string(name_of(request_.kind))),
      began_at_(
          request_.recorded.empty() ? time.now() : request_.recorded.begin()->second.began_at
      ),
      ends_at_(time.now() + request_.deadline),
      op_(parts_.seat) {
    forget_refusals(request_.recorded);
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

auto operation_run::failure(failure_category category, std::string code, std::string message)
    -> operation_failure {
    operation_failure out;
    out.category = category;
    out.code = std::move(code);
    out.message = std::move(message);
    return out;
}

auto operation_run::stop(failure_category category, std::string code, std::string message)
    -> any_action {
    return fail_action{failure(category, std::move(code), std::move(message))};
}

void operation_run::take(next_action next) {
    if (auto* there = std::get_if<any_action>(&next)) {
        action_ = std::move(*there);
    } else {
        coming_.emplace(std::get<awaitable<any_action>>(std::move(next)));
    }
}

auto operation_run::arrive() -> awaitable<void> {
    auto come = co_await std::move(*coming_);
    action_ = std::move(come);
    coming_.reset();
}

void operation_run::begin() {
    const auto params = params_of(request_);
    const auto connect = pairs_of(request_.connect);
    take(op_.begin({request_.kind, began_at_, parts_.config, params, connect, request_.slot}));
}

auto operation_run::drive(std::unique_ptr<operation_run> run) -> awaitable<operation_result> {
    if (!run->parts_.about.supports(run->request_.kind)) {
        co_return failure(
            failure_category::unsupported, "unsupported",
            run->parts_.settings.name + " has no operation " +
                std::string(name_of(run->request_.kind))
        );
    }
    run->begin();
    for (int step = 0;; ++step) {
        if (run->coming_) {
            co_await run->arrive();
        }
        if (is_end(run->action_) || step == step_budget) {
            break;
        }
        co_await run->perform();
    }
    if (!is_end(run->action_)) {
        run->action_ = stop(
            failure_category::provider, "step_budget",
            "the plugin did not end the operation within " + std::to_string(step_budget) + " steps"
        );
    }
    co_return run->finish();
}

auto operation_run::perform() -> awaitable<void> {
    if (remaining() <= milliseconds(0)) {
        return end_late();
    }
    if (std::holds_alternative<http_action>(action_)) {
        return exchange();
    }
    return std::holds_alternative<sleep_action>(action_) ? sleep() : call();
}

auto operation_run::end_late() -> awaitable<void> {
    action_ = stop(
        failure_category::unavailable, "deadline", "the operation did not end within its deadline"
    );
    co_return;
}

auto operation_run::exchange() -> awaitable<void> {
    const auto position = requests_++;
    const bool grants = may_carry_tokens(std::get<http_action>(action_), context());
    if (auto request = prepare(position, grants)) {
        request->may_resend = !grants;
        auto sending = http_.send(std::move(*request));
        last_ = co_await std::move(sending);
        if (last_.sent_at == time_point{}) {
            last_.sent_at = time_.now();
        }
    }
    if (is_end(action_)) {
        co_return;
    }
    note_answer(grants);
    if (last_.outcome == transport::cancelled) {
        action_ = stop(failure_category::unavailable, "cancelled", "the host ended the operation");
        co_return;
    }
    const bool replayed = request_.recorded.contains(position);
    if (grants && last_.outcome == transport::ok && !replayed && request_.sink) {
        const auto kept = co_await keep(position);
        if (kept.has_error()) {
            grant_reply_pending_ = true;
            action_ = stop(failure_category::unavailable, "reply_not_stored", kept.error().message);
            co_return;
        }
    }
    step_with(last_);
    last_.body = {};
    last_.headers = {};
}

auto operation_run::prepare(std::size_t position, bool grants) -> std::optional<outbound_request> {
    const auto& recorded = request_.recorded;
    if (const auto found = recorded.find(position); found != recorded.end()) {
        if (!grants) {
            action_ = stop(
                failure_category::provider, "replay_diverged",
                "the recorded run had a reply with tokens where this one asks for something else"
            );
        }
        last_ = found->second.response;
        return std::nullopt;
    }
    if (grants && !recorded.empty() && position < recorded.rbegin()->first) {
        last_ = lost_response();
        return std::nullopt;
    }
    return encode();
}

auto operation_run::encode() -> std::optional<outbound_request> {
    auto encoded = encode_request(std::move(std::get<http_action>(action_)), context());
    if (encoded.has_value()) {
        encoded->timeout = std::min(encoded->timeout, remaining());
        return std::move(*encoded);
    }
    const auto& refused = encoded.error();
    if (refused.kind == refusal_kind::broken) {
        action_ = broken_action{refused.message};
        return std::nullopt;
    }
    log(log_level::warn, "request_denied",
        {{log_key::provider, parts_.settings.name},
         {log_key::operation, name_of(request_.kind)},
         {log_key::detail, refused.message}});
    last_ = refused_response(refused.message);
    return std::nullopt;
}

auto operation_run::keep(std::size_t position) -> awaitable<result<void>> {
    recorded_reply reply{began_at_, last_};
    reply.response.problem.clear();
    return request_.sink(position, std::move(reply));
}

}  // namespace tenon::host
