#include "conformance/play.hpp"

#include <algorithm>

namespace tenon::host::conformance {
namespace {

constexpr std::int64_t begins_at = 1'790'000'000'000;

void add(std::vector<key_value>& to, std::string name, std::string value, std::uint32_t flags = 0) {
    to.push_back({std::move(name), std::move(value), flags});
}

void add_reference(std::vector<key_value>& to, const std::string& name) {
    add(to, name, "${" + name + "}", TENON_KV_TEMPLATE | TENON_KV_SECRET);
}

auto scopes_of(const subject& whose) -> std::string {
    std::string out;
    for (const auto& name : whose.about.default_scopes()) {
        out += (out.empty() ? "" : " ") + name;
    }
    return out;
}

void add_authorize(const subject& whose, std::vector<key_value>& to) {
    add(to, "redirect_uri", "https://app.example/callback");
    add(to, "state", "af0ifjsldkj-~.A%20b");
    add(to, "scope", scopes_of(whose));
    if (whose.about.pkce != pkce_mode::never) {
        add(to, "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        add(to, "code_challenge_method", "S256");
    }
    if (whose.about.nonce) {
        add(to, "nonce", "n-0S6_WzA2Mj");
    }
}

void add_exchange(const subject& whose, std::vector<key_value>& to) {
    add(to, "code", whose.hidden.of("code"), TENON_KV_SECRET);
    add(to, "redirect_uri", "https://app.example/callback");
    add(to, "scope", scopes_of(whose));
    if (whose.about.pkce != pkce_mode::never) {
        add_reference(to, "code_verifier");
    }
}

// Those that people bring along, where the provider asks for any.
void add_credentials(const subject& whose, std::vector<key_value>& to) {
    for (const auto& [name, value] : whose.secrets.credentials) {
        add_reference(to, "credential." + name);
    }
}

void add_params(const subject& whose, operation_kind kind, std::vector<key_value>& to) {
    switch (kind) {
        case operation_kind::describe: break;
        case operation_kind::authorize: add_authorize(whose, to); break;
        case operation_kind::exchange: add_exchange(whose, to); break;
        case operation_kind::refresh:
        case operation_kind::revoke:
            add(to, "account_id", "4711");
            add(to, "scope", scopes_of(whose));
            add_reference(to, "access_token");
            add_reference(to, "refresh_token");
            add_credentials(whose, to);
            break;
        case operation_kind::profile:
            add(to, "scope", scopes_of(whose));
            add_credentials(whose, to);
            break;
        case operation_kind::validate: add_credentials(whose, to); break;
    }
}

auto serve(const subject& whose, operation_kind kind, const call_action& call) -> call_answer {
    return serve_call(
        call, whose.about, {kind, whose.client_id, &whose.client_secret, &whose.secrets}
    );
}

void require(tenon_status status, std::string_view function) {
    if (status != TENON_OK) {
        throw blocked(
            "operations-declared", std::string(function) + " answered status " +
                                       std::to_string(status) + " in an operation that is declared"
        );
    }
}

}  // namespace

auto performance::failed() const -> const operation_failure* {
    const auto* const ended = std::get_if<fail_action>(&end);
    return ended == nullptr ? nullptr : &ended->failure;
}

auto performance::ending() const -> std::string {
    if (done() != nullptr) {
        return "done";
    }
    const auto* const why = failed();
    if (why == nullptr) {
        return "not ended";
    }
    return "failed: " + std::string(name_of(why->category)) +
           (why->code.empty() ? "" : " (" + why->code + ")") + ": " + why->message;
}

auto lists_of(const http_action& from) -> std::vector<const std::vector<key_value>*> {
    return {&from.path_params, &from.query, &from.form, &from.json, &from.headers};
}

auto encoding_of(const subject& whose, operation_kind kind) -> encoding_context {
    return {
        whose.about,
        whose.egress,
        whose.connect,
        {kind, whose.client_id, &whose.client_secret, &whose.secrets},
        whose.name};
}

auto call_of(const subject& whose, const sample& one) -> op_call {
    op_call out;
    out.kind = one.kind;
    out.now_ms = begins_at;
    out.config = whose.config;
    add_params(whose, one.kind, out.params);
    for (const auto& [name, value] : one.params) {
        const auto known = std::ranges::find(out.params, name, &key_value::key);
        if (known == out.params.end()) {
            add(out.params, name, value);
        } else {
            known->value = whose.hidden.put_into(value);
        }
    }
    for (const auto& [name, value] : whose.connect) {
        add(out.connect, name, value);
    }
    out.slot = one.slot;
    return out;
}

auto answers_of(const sample& one) -> responder {
    return [&one](const http_action&, std::size_t position) {
        const auto last = one.answers.size();
        return last == 0 ? outbound_response{} : one.answers[std::min(position, last - 1)];
    };
}

auto perform(
    const subject& whose, operation_kind kind, live_op& op, const responder& answers,
    performance& into
) -> bool {
    into.end = op.action();
    const auto now_ms = begins_at + 1000 * static_cast<std::int64_t>(++into.steps);
    if (const auto* http = std::get_if<http_action>(&into.end)) {
        into.requests.push_back(*http);
        require(op.step(answers(*http, into.requests.size() - 1), now_ms), "op_step");
    } else if (const auto* call = std::get_if<call_action>(&into.end)) {
        into.calls.push_back(*call);
        require(op.step(serve(whose, kind, *call), now_ms), "op_step");
    } else if (std::holds_alternative<sleep_action>(into.end)) {
        require(op.wake(now_ms), "op_step");
    } else {
        return false;
    }
    if (into.steps > TENON_MAX_STEPS) {
        throw blocked(
            "step-budget", std::string(name_of(kind)) + " did not end within " +
                               std::to_string(TENON_MAX_STEPS) + " steps"
        );
    }
    return true;
}

auto play(const subject& whose, const op_call& call, const responder& answers, manners how)
    -> performance {
    performance out;
    live_op op(whose.raw, how);
    require(op.begin(call), "op_begin");
    while (perform(whose, call.kind, op, answers, out)) {}
    op.destroy();
    return out;
}

auto play(const subject& whose, const sample& one, manners how) -> performance {
    return play(whose, call_of(whose, one), answers_of(one), how);
}

}  // namespace tenon::host::conformance
