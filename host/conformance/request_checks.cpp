// OAuth: what EXCHANGE, REFRESH and PROFILE ask the provider for, and whose account it is.
#include "conformance/groups.hpp"
#include "conformance/misfortune.hpp"
#include "conformance/token_body.hpp"

#include <algorithm>

namespace tenon::host::conformance {
namespace {

using pairs = std::vector<key_value>;

auto find(const pairs& list, std::string_view name) -> const key_value* {
    const auto found = std::ranges::find(list, name, &key_value::key);
    return found == list.end() ? nullptr : &*found;
}

auto mentions(const pairs& list, std::string_view text, std::uint32_t flags = 0) -> bool {
    return std::ranges::any_of(list, [&](const key_value& item) {
        return (item.flags & flags) == flags && item.value.find(text) != std::string::npos;
    });
}

// The parameters of the request that carries it, be they a form or JSON; null: none does.
auto body_with(const performance& run, std::string_view text, std::uint32_t flags) -> const pairs* {
    for (const auto& request : run.requests) {
        for (const auto* list : {&request.form, &request.json}) {
            if (mentions(*list, text, flags)) {
                return list;
            }
        }
    }
    return nullptr;
}

void must_have(const pairs& list, std::string_view name, const std::string& value, findings& into) {
    const auto* const one = find(list, name);
    if (one == nullptr) {
        into.fail("the token request has no " + std::string(name));
    } else if (one->value != value) {
        into.fail(
            std::string(name) + " of the token request is '" + one->value + "', not '" + value + "'"
        );
    }
}

void each_of(const job& about, findings& found, operation_kind kind, const sample_question& ask) {
    each_subject(about, found, [&](const subject& whose, findings& into) {
        if (!whose.supports(kind)) {
            into.skip("it declares no " + std::string(name_of(kind)));
            return;
        }
        for (const auto* one : whose.good(kind)) {
            into.at(whose.name + " " + std::string(name_of(kind)));
            ask(whose, *one, into);
        }
    });
}

void exchange_request(const job& about, findings& found) {
    const auto ask = [](const subject& whose, const sample& one, findings& into) {
        auto call = call_of(whose, one);
        const std::string redirect_uri = "https://app.example:8443/a/b?x=1&y=%20z";
        for (auto& param : call.params) {
            if (param.key == "redirect_uri") {
                param.value = redirect_uri;
            }
        }
        const auto run = play(whose, call, answers_of(one));
        const auto* const list = body_with(run, whose.hidden.of("code"), 0);
        if (list == nullptr) {
            return;  // token-request-form says so
        }
        must_have(*list, "grant_type", "authorization_code", into);
        must_have(*list, "redirect_uri", redirect_uri, into);
    };
    each_of(about, found, operation_kind::exchange, ask);
}

// By the access token, or by what a person brought along: no request of RFC 6749's.
auto renews_otherwise(const subject& whose) -> bool {
    const auto& policy = whose.about.refresh;
    return policy && (policy->by_access_token || policy->by_credentials);
}

auto names_token(const performance& run, std::string_view reference) -> bool {
    return std::ranges::any_of(run.requests, [&](const http_action& request) {
        return std::ranges::any_of(
            std::initializer_list<const pairs*>{
                &request.path_params, &request.query, &request.form, &request.json,
                &request.headers},
            [&](const pairs* list) { return mentions(*list, reference, TENON_KV_TEMPLATE); }
        );
    });
}

auto is_authenticated(const performance& run) -> bool {
    const bool by_host = std::ranges::any_of(run.requests, [](const http_action& request) {
        return (request.flags & TENON_HTTP_BEARER) != 0;
    });
    const bool by_call = std::ranges::any_of(run.calls, [](const call_action& call) {
        return mentions(call.args, "${", TENON_KV_TEMPLATE);
    });
    return by_host || by_call || names_token(run, "${access_token}") ||
           names_token(run, "${credential.");
}

void refresh_request(const job& about, findings& found) {
    const auto ask = [](const subject& whose, const sample& one, findings& into) {
        const auto run = play(whose, one);
        if (renews_otherwise(whose)) {
            if (!is_authenticated(run)) {
                into.fail("no request names the access token or a credential");
            }
            return;
        }
        const auto* const list = body_with(run, "${refresh_token}", TENON_KV_TEMPLATE);
        if (list == nullptr) {
            into.fail("no body of a request names ${refresh_token}");
            return;
        }
        must_have(*list, "grant_type", "refresh_token", into);
    };
    each_of(about, found, operation_kind::refresh, ask);
}

void profile_authenticated(const job& about, findings& found) {
    const auto ask = [](const subject& whose, const sample& one, findings& into) {
        const auto run = play(whose, one);
        if (!run.requests.empty() && !is_authenticated(run)) {
            into.fail("no request has BEARER, or names the access token or a credential");
        }
    };
    each_of(about, found, operation_kind::profile, ask);
}

auto tells_account(const subject& whose, operation_kind kind) -> bool {
    const auto samples = whose.supports(kind) ? whose.good(kind) : std::vector<const sample*>();
    return std::ranges::any_of(samples, [&](const sample* one) {
        const auto run = play(whose, *one);
        if (run.done() == nullptr) {
            return true;  // operations-declared says so
        }
        const auto& output = run.done()->output;
        const auto* const field = output.field("account_id");
        return (field != nullptr && !field->value.empty()) ||
               (!output.grants.empty() && !output.grants.front().account_id.empty());
    });
}

void account_told(const job& about, findings& found) {
    each_subject(about, found, [](const subject& whose, findings& into) {
        if (!whose.supports(operation_kind::exchange)) {
            into.skip("it declares no exchange");
        } else if (!tells_account(whose, operation_kind::exchange) && !tells_account(whose, operation_kind::profile)) {
            into.fail("neither EXCHANGE nor PROFILE yields an account_id");
        }
    });
}

// As operation_run of host/provider judges it.
void granted_slots(const job& about, findings& found) {
    each_token_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto run = play(whose, one);
        if (run.done() == nullptr) {
            return;  // operations-declared says so
        }
        for (const auto& grant : run.done()->output.grants) {
            const auto& slots = whose.about.slots;
            if (std::ranges::find(slots, grant.slot, &slot_descriptor::name) == slots.end()) {
                into.fail("the slot '" + grant.slot + "' is granted, which no slot declares");
            } else if (one.kind == operation_kind::refresh && grant.slot != one.slot) {
                into.fail("a refresh of the slot '" + one.slot + "' grants '" + grant.slot + "'");
            }
        }
    });
}

}  // namespace

auto request_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"exchange-request", "oauth", must, "RFC 6749 4.1.3",
         "the request that carries the code has grant_type=authorization_code and the redirect URI "
         "that the host gave",
         "the server compares the URI with the authorization request's, and refuses another one",
         "use tenon::code_request()", exchange_request},
        {"refresh-request", "oauth", must, "RFC 6749 6",
         "a refresh sends grant_type=refresh_token and ${refresh_token}, or what the descriptor's "
         "refresh policy renews by",
         "nothing would ever be renewed, and every connection would lapse",
         "use tenon::refresh_request()", refresh_request},
        {"profile-authenticated", "oauth", must, "operation.h: TENON_OP_PROFILE",
         "PROFILE sends the access token along, or a credential",
         "without it a provider answers for nobody, or for somebody else", "use .bearer()",
         profile_authenticated},
        {"account-told", "oauth", must, "operation.h: tenon_grant.account_id",
         "EXCHANGE or PROFILE yields the account's id",
         "a connection is kept by it: without one the connect fails at its very end",
         "call tokens::account_id() or profile::account_id() with the provider's own id",
         account_told},
        {"granted-slots", "oauth", must, "operation.h: tenon_grant.slot",
         "each grant names a slot that the descriptor has, and that of a REFRESH the one that was "
         "asked for",
         "the host stores tokens by slot: it refuses those of another, and nothing is renewed",
         "call tokens::slot() with refresh_input::slot", granted_slots}};
}

}  // namespace tenon::host::conformance
