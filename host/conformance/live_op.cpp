#include "conformance/live_op.hpp"

#include "conformance/findings.hpp"

#include <algorithm>
#include <cstring>

namespace tenon::host::conformance {
namespace {

thread_local const char* current = nullptr;

}  // namespace

auto running_function() noexcept -> const char* {
    return current;
}
running::running(const char* function) noexcept : before_(current) {
    current = function;
}
running::~running() {
    current = before_;
}

live_op::live_op(const tenon_provider* provider, manners how) : provider_(provider), how_(how) {}

live_op::~live_op() {
    try {
        destroy();
    } catch (const blocked&) {  // NOLINT(bugprone-empty-catch): whoever asks destroys by itself
    }
}

template <class Call>
auto live_op::called(const char* function, Call call) -> tenon_status {
    try {
        const running now(function);
        return call();
    } catch (...) {
        op_ = nullptr;  // in no state to be destroyed
        throw blocked("nothing-throws", std::string(function) + " let an exception out");
    }
}

auto live_op::lend_action(loan& lent) const -> tenon_action* {
    tenon_action empty{};
    empty.struct_size = static_cast<std::uint32_t>(how_.action_size);
    return lent.structure(empty, how_.action_size);
}

// Copies what the plugin wrote while it is there.
void live_op::settle(loan& lent, const tenon_action* written) {
    action_ = {};
    std::memcpy(&action_, written, std::min(sizeof action_, how_.action_size));
    const auto* const bytes = reinterpret_cast<const unsigned char*>(written);
    for (auto i = sizeof action_; i < how_.action_size; ++i) {
        wrote_beyond_ = wrote_beyond_ || bytes[i] != 0xA5;
    }
    if (how_.takes_back) {
        lent.take_back();
    }
}

auto live_op::begin(const op_call& call) -> tenon_status {
    kind_ = call.kind;
    auto& lent = *loans_.emplace_back(std::make_unique<loan>(how_.texts, how_.structs));
    tenon_op_input input{};
    input.struct_size = static_cast<std::uint32_t>(how_.input_size);
    input.kind = call.raw_kind != 0 ? call.raw_kind : static_cast<std::uint32_t>(call.kind);
    input.now_ms = call.now_ms;
    input.config = lent.list(call.config);
    input.params = lent.list(call.params);
    input.connect = lent.list(call.connect);
    input.slot = lent.text(call.slot);
    input.host_minor = TENON_ABI_MINOR;
    const auto* const given = lent.structure(input, how_.input_size);
    auto* const written = lend_action(lent);
    const auto status =
        called("op_begin", [&] { return provider_->op_begin(provider_, given, &op_, written); });
    settle(lent, written);
    return status;
}

auto live_op::step(const tenon_reply& reply) -> tenon_status {
    auto& lent = *loans_.emplace_back(std::make_unique<loan>(how_.texts, how_.structs));
    auto* const given = lent.structure(reply, how_.reply_size);
    given->struct_size = static_cast<std::uint32_t>(how_.reply_size);
    auto* const written = lend_action(lent);
    const auto status = called("op_step", [&] { return provider_->op_step(op_, given, written); });
    settle(lent, written);
    return status;
}

auto live_op::step(const outbound_response& response, std::int64_t now_ms) -> tenon_status {
    auto& lent = *loans_.emplace_back(std::make_unique<loan>(how_.texts, how_.structs));
    std::vector<key_value> headers;
    for (const auto& [name, value] : response.headers) {
        headers.push_back({name, value, 0});
    }
    const bool answered = response.outcome == transport::ok;
    tenon_http_response http{};
    http.struct_size = static_cast<std::uint32_t>(how_.response_size);
    http.transport = static_cast<std::uint32_t>(response.outcome);
    http.status = answered ? response.status : 0;
    http.sent = static_cast<std::uint32_t>(response.sent);
    http.headers = lent.list(headers);
    http.body = lent.text(answered ? std::string_view(response.body) : std::string_view{});
    tenon_reply reply{};
    reply.kind = TENON_ACTION_HTTP;
    reply.now_ms = now_ms;
    reply.http = lent.structure(http, how_.response_size);
    const auto status = step(reply);
    if (how_.takes_back) {
        lent.take_back();
    }
    return status;
}

auto live_op::step(const call_answer& answer, std::int64_t now_ms) -> tenon_status {
    auto& lent = *loans_.emplace_back(std::make_unique<loan>(how_.texts, how_.structs));
    tenon_reply reply{};
    reply.kind = TENON_ACTION_CALL;
    reply.now_ms = now_ms;
    reply.call_status = answer.status;
    reply.call_out = lent.list(answer.out);
    const auto status = step(reply);
    if (how_.takes_back) {
        lent.take_back();
    }
    return status;
}

auto live_op::wake(std::int64_t now_ms) -> tenon_status {
    tenon_reply reply{};
    reply.kind = TENON_ACTION_SLEEP;
    reply.now_ms = now_ms;
    return step(reply);
}

void live_op::destroy() {
    if (auto* const op = std::exchange(op_, nullptr)) {
        (void)called("op_destroy", [&] {
            provider_->op_destroy(op);
            return tenon_status{TENON_OK};
        });
    }
}

auto live_op::action() const -> any_action {
    if (action_.struct_size != how_.action_size) {
        throw blocked("actions-well-formed", "the struct_size of the action was changed");
    }
    auto copy = read_action(action_, kind_);
    if (const auto* broken = std::get_if<broken_action>(&copy)) {
        throw blocked(
            "actions-well-formed", "in " + std::string(name_of(kind_)) + ": " + broken->what
        );
    }
    return copy;
}

}  // namespace tenon::host::conformance
