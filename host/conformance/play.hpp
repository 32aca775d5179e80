// Drives one operation from begin to end.
#pragma once

#include "conformance/live_op.hpp"
#include "conformance/subject.hpp"
#include "provider/request_encoder.hpp"

#include <functional>
#include <string>
#include <vector>

namespace tenon::host::conformance {

// How it went.
struct performance {
    std::vector<http_action> requests;
    std::vector<call_action> calls;
    any_action end;
    std::size_t steps = 0;

    [[nodiscard]] auto done() const -> const done_action* { return std::get_if<done_action>(&end); }
    [[nodiscard]] auto failed() const -> const operation_failure*;
    // `done`, or `failed: revoked (invalid_grant)`.
    [[nodiscard]] auto ending() const -> std::string;
};

// What the provider answers to the request at this position.
using responder = std::function<outbound_response(const http_action&, std::size_t position)>;

// All that a request says beside its body.
[[nodiscard]] auto lists_of(const http_action& from) -> std::vector<const std::vector<key_value>*>;

// With what the host would encode its requests in such an operation. Borrows from the subject.
[[nodiscard]] auto encoding_of(const subject& whose, operation_kind kind) -> encoding_context;

// What an operation of this sample's is called with: everything that the real host gives it.
[[nodiscard]] auto call_of(const subject& whose, const sample& one) -> op_call;
// The answers of a sample.
[[nodiscard]] auto answers_of(const sample& one) -> responder;

// One action performed and the next one asked for; false where there is none to perform.
[[nodiscard]] auto perform(
    const subject& whose, operation_kind kind, live_op& op, const responder& answers,
    performance& into
) -> bool;

// An operation that does not begin with OK is thrown as `blocked` by operations-declared, one that
// doesn't end by step-budget.
[[nodiscard]] auto play(
    const subject& whose, const op_call& call, const responder& answers, manners how = {}
) -> performance;
[[nodiscard]] auto play(const subject& whose, const sample& one, manners how = {}) -> performance;

// Everything that the plugin handed out, as text: to compare two runs.
[[nodiscard]] auto told(const performance& run) -> std::string;

}  // namespace tenon::host::conformance
