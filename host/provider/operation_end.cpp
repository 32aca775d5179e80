#include "provider/grant_reply.hpp"
#include "provider/operation_run.hpp"

#include <tenon/descriptor.h>

#include <algorithm>
#include <utility>

namespace tenon::host {
namespace {

// A provider may echo what it was sent, and a plugin may quote it: no secret of this operation goes
// on from here.
void redact(std::string& text, std::string_view secret_text) {
    constexpr std::size_t shortest = 6;  // shorter ones are in words by chance
    constexpr std::string_view shown = "[redacted]";
    if (secret_text.size() < shortest) {
        return;
    }
    for (auto at = text.find(secret_text); at != std::string::npos;
         at = text.find(secret_text, at + shown.size())) {
        text.replace(at, secret_text.size(), shown);
    }
}

// How the plugin broke the contract; empty where what went wrong is not its fault.
auto plugins_fault(const operation_failure& failed) -> std::string_view {
    const bool its_own = failed.code == "plugin_broke_contract" || failed.code == "step_budget" ||
                         failed.code == "authorize_url" || failed.code == "plugin_crashed" ||
                         failed.code == "plugin_hung" || failed.code == "plugin_forbidden_call";
    return its_own ? std::string_view(failed.message) : std::string_view();
}

}  // namespace

void operation_run::note_answer(bool grants) {
    const bool lost = last_.outcome != transport::ok && last_.sent != request_sent::no;
    grant_requests_ += grants ? 1 : 0;
    if (grants && lost) {
        grant_reply_pending_ = true;
    }
    went_on_ = went_on_ || granted_;
    granted_ = granted_ || (grants && is_success(last_));
}

// What the plugin itself refuses in an answer is none with tokens; of what went wrong afterwards,
// or in its hands, the answer knows nothing.
auto operation_run::holds_grant(const operation_failure& failed) const -> bool {
    if (failed.code == "replay_diverged") {
        return false;
    }
    return went_on_ || (granted_ && (failed.code == "deadline" || !plugins_fault(failed).empty()));
}

void operation_run::redact_all(operation_failure& failed) const {
    std::vector<std::string_view> secrets{
        request_.secrets.access_token.reveal(), request_.secrets.refresh_token.reveal(),
        request_.secrets.code_verifier.reveal(), param("code")};
    for (const auto& one : parts_.settings.client_secrets) {
        secrets.push_back(one.reveal());
    }
    for (const auto& [name, one] : request_.secrets.credentials) {
        secrets.push_back(one.reveal());
    }
    for (const auto one : secrets) {
        redact(failed.message, one);
        redact(failed.code, one);
        for (auto& detail : failed.details) {
            redact(detail.message, one);
        }
    }
}

auto operation_run::param(std::string_view name) const -> std::string_view {
    const auto found =
        std::ranges::find(request_.params, name, &std::pair<std::string, std::string>::first);
    return found == request_.params.end() ? std::string_view{} : std::string_view(found->second);
}

auto operation_run::finish() -> operation_result {
    auto ended = judge_end();
    if (parts_.trial) {
        parts_.trial->note(ended.has_error() ? plugins_fault(ended.error()) : std::string_view());
    }
    return ended;
}

auto operation_run::judge_end() -> operation_result {
    auto out = [&]() -> operation_result {
        if (auto* done = std::get_if<done_action>(&action_)) {
            return finish_done(std::move(*done));
        }
        if (auto* failed = std::get_if<fail_action>(&action_)) {
            return std::move(failed->failure);
        }
        return failure(
            failure_category::provider, "plugin_broke_contract",
            std::get<broken_action>(action_).what
        );
    }();
    if (out.has_value()) {
        return out;
    }
    auto failed = out.error();
    redact_all(failed);
    failed.outcome = last_.outcome;
    failed.sent = last_.sent;
    failed.circuit_open = last_.retry_after.has_value();
    failed.grant_reply_pending = grant_reply_pending_;
    failed.grant_requests = grant_requests_;
    failed.holds_grant = holds_grant(failed);
    if (!failed.retry_after) {
        failed.retry_after = last_.retry_after;
    }
    if (failed.http_status == 0 && last_.outcome == transport::ok) {
        failed.http_status = last_.status;
    }
    if (!last_.problem.empty()) {
        failed.message += failed.message.empty() ? last_.problem : " (" + last_.problem + ")";
    }
    return failed;
}

auto operation_run::finish_done(done_action done) -> operation_result {
    if (done.authorize) {
        return authorize_url(*done.authorize);
    }
    if (auto wrong = check_grants(done.output)) {
        return std::move(*wrong);
    }
    if (auto wrong = fill_templates(done.output)) {
        return std::move(*wrong);
    }
    return std::move(done.output);
}

// The access token of a grant by credentials is made of them here, as for an origin of role api.
auto operation_run::fill_templates(operation_output& output) const
    -> std::optional<operation_failure> {
    for (auto& grant : output.grants) {
        if (!std::exchange(grant.is_template, false)) {
            continue;
        }
        auto filled =
            expand(grant.access_token.reveal(), context().values, {TENON_ROLE_API, false});
        if (filled.has_error()) {
            return failure(
                failure_category::provider, "plugin_broke_contract",
                "grant.access_token: " + filled.error().message
            );
        }
        grant.access_token = secret(std::move(*filled));
    }
    return std::nullopt;
}

auto operation_run::check_grants(const operation_output& output) const
    -> std::optional<operation_failure> {
    for (const auto& grant : output.grants) {
        if (std::ranges::find(parts_.about.slots, grant.slot, &slot_descriptor::name) ==
            parts_.about.slots.end()) {
            return failure(
                failure_category::provider, "plugin_broke_contract",
                "the plugin granted the slot '" + grant.slot +
                    "', which its descriptor does not have"
            );
        }
        if (request_.kind == operation_kind::refresh && grant.slot != request_.slot) {
            return failure(
                failure_category::provider, "plugin_broke_contract",
                "the plugin answered the refresh of the slot '" + request_.slot +
                    "' with tokens of '" + grant.slot + "'"
            );
        }
        if (grant.base_url.empty()) {
            continue;
        }
        const auto where = parts_.egress.admit(grant.base_url, request_.connect);
        if (where.has_error() || (where->roles & TENON_ROLE_API) == 0) {
            return failure(
                failure_category::provider, "base_url",
                "the provider named an API address outside the origins that the plugin declares "
                "for it" +
                    (where.has_error() ? ": " + where.error().message : std::string())
            );
        }
    }
    return std::nullopt;
}

auto operation_run::authorize_url(const http_action& action) -> operation_result {
    auto url = encode_authorize(action, context(), {param("state"), param("redirect_uri")});
    if (url.has_error()) {
        const bool plugin = url.error().kind == refusal_kind::broken;
        return failure(
            failure_category::provider, plugin ? "plugin_broke_contract" : "authorize_url",
            url.error().message
        );
    }
    operation_output out;
    out.authorize_url = std::move(*url);
    return out;
}

}  // namespace tenon::host
