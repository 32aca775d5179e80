// Credentials: what comes of those that the provider takes.
#include "conformance/groups.hpp"
#include "conformance/misfortune.hpp"
#include "conformance/validation.hpp"

#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tenon::host::conformance {
namespace {

using nlohmann::json;

// "" where it yields none.
auto account_of(const performance& run) -> std::string {
    return run.done() == nullptr ? std::string() : run.done()->output.grants.front().account_id;
}

auto with_account(op_call call, const std::string& account) -> op_call {
    std::erase_if(call.params, [](const key_value& one) { return one.key == "account_id"; });
    call.params.push_back({"account_id", account, 0});
    return call;
}

void account(const job& about, findings& found) {
    each_validation(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto call = call_of(whose, one);
        const auto answers = answers_of(one);
        const auto first = account_of(play(whose, call, answers));
        if (first.empty() && !whose.supports(operation_kind::profile)) {
            into.fail("it tells no account, and there is no PROFILE that would");
        }
        if (first.find("${") != std::string::npos) {
            into.fail("the account '" + first + "' is a reference, which stays as it is");
        }
        auto later = call;
        later.now_ms += 400LL * 24 * 3600 * 1000;
        if (account_of(play(whose, later, answers)) != first) {
            into.fail("a year later the same answer is of another account");
        }
        const auto again = play(whose, with_account(call, first), answers);
        if (!first.empty() && account_of(again) != first) {
            into.fail(
                "to connect '" + first + "' anew leads to another account, or " + again.ending()
            );
        }
        const auto claimed = play(whose, with_account(call, "somebody-elses"), answers);
        if (account_of(claimed) == "somebody-elses") {
            into.fail("the account that is to be connected anew is taken for that of the key");
        }
    });
}

auto without_references(std::string token, const std::vector<field_descriptor>& fields)
    -> std::string {
    for (const auto& field : fields) {
        const auto reference = reference_to(field.name);
        for (auto at = token.find(reference); at != std::string::npos; at = token.find(reference)) {
            token.erase(at, reference.size());
        }
    }
    return token;
}

void check_token(const granted& given, const subject& whose, findings& into) {
    const std::string token(given.access_token.reveal());
    const bool named = token.find("${") != std::string::npos;
    if (named && !given.is_template) {
        into.fail("the access token '" + token + "' lacks the flag TENON_GRANT_TEMPLATE");
        return;
    }
    const auto rest = without_references(token, whose.about.credential_fields);
    if (given.is_template && rest.find("${") != std::string::npos) {
        into.fail("the access token names something that is no credential field: " + rest);
    } else if (given.is_template && !named) {
        into.fail("the access token is flagged as a template, and names no credential");
    }
}

void grant(const job& about, findings& found) {
    each_validation(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto run = play(whose, one);
        if (run.done() == nullptr) {
            into.fail("the sample goes well, and it " + run.ending());
            return;
        }
        for (const auto& given : run.done()->output.grants) {
            check_token(given, whose, into);
        }
    });
}

// The answer of a provider that tells the key again, as lists of keys and accounts do.
void tell_key(json& value, const subject& whose) {
    if (value.is_object()) {
        for (const auto* name : {"key", "token", "secret"}) {
            value.emplace(name, whose.hidden.of("told_key"));
        }
        for (const auto& field : whose.about.credential_fields) {
            value.emplace(field.name, whose.hidden.of(field.name));
        }
    }
    if (value.is_structured()) {
        for (auto& inner : value) {
            tell_key(inner, whose);
        }
    }
}

// Whether what is shown of a grant holds a secret.
auto shows_secret(const granted& given, const subject& whose) -> bool {
    const std::array<std::string_view, 4> shown{
        given.account_id, given.scope, given.base_url, given.metadata_json};
    return std::ranges::any_of(shown, [&](std::string_view text) {
        return text.find(whose.hidden.prefix()) != std::string_view::npos;
    });
}

void keeps_key(const job& about, findings& found) {
    each_validation(about, found, [](const subject& whose, const sample& one, findings& into) {
        auto telling = one;
        for (auto& answer : telling.answers) {
            if (auto body = parse_json(answer.body); body.has_value()) {
                tell_key(*body, whose);
                answer.body = body->dump();
            }
        }
        const auto run = play(whose, telling);
        if (run.done() == nullptr) {
            return;  // it may find such an answer odd
        }
        for (const auto& given : run.done()->output.grants) {
            if (shows_secret(given, whose)) {
                into.fail("the provider tells the key, and what is shown of the grant holds it");
            }
        }
    });
}

}  // namespace

auto validated_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"validate-account", "credentials", must, "operation.h: tenon_grant.account_id",
         "the account is the provider's id, the same at any time, and never taken from the input",
         "connecting again would make another connection, or overwrite somebody else's",
         "take it from the answer; compare account_id of the input, or choose by it", account},
        {"validate-grant", "credentials", must, "operation.h: TENON_GRANT_TEMPLATE",
         "an access token that is a credential names a credential field, and is flagged so",
         "the host would store the name of the key, not the key",
         "use tokens::access_token(in.credential(\"api_key\"))", grant},
        {"validate-keeps-key", "credentials", must, "operation.h: tenon_grant",
         "no key is in account, scope, base URL or metadata, even if the provider tells it",
         "these are stored in the clear and shown", "copy single members, not whole answers",
         keeps_key}};
}

}  // namespace tenon::host::conformance
