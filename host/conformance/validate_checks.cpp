// Credentials: what the provider is asked of them, and what is said of those that are wrong.
#include "conformance/groups.hpp"
#include "conformance/misfortune.hpp"
#include "conformance/validation.hpp"

#include <algorithm>
#include <array>

namespace tenon::host::conformance {
namespace {

using category = failure_category;

enum class carried { no, as_text, yes };

auto carries(const std::vector<key_value>& list, const std::string& reference) -> carried {
    auto out = carried::no;
    for (const auto& item : list) {
        if (item.value.find(reference) == std::string::npos) {
            continue;
        }
        if ((item.flags & TENON_KV_TEMPLATE) != 0) {
            return carried::yes;
        }
        out = carried::as_text;
    }
    return out;
}

auto carries(const http_action& request, const std::string& reference) -> carried {
    auto out = carried::no;
    for (const auto* list :
         {&request.path_params, &request.query, &request.form, &request.json, &request.headers}) {
        out = std::max(out, carries(*list, reference));
    }
    return out;
}

// In a request, or in what the host makes of it for one: a signature.
auto carries(const performance& run, const std::string& reference) -> carried {
    auto out = carried::no;
    for (const auto& request : run.requests) {
        out = std::max(out, carries(request, reference));
    }
    for (const auto& call : run.calls) {
        out = std::max(out, carries(call.args, reference));
    }
    return out;
}

void asks_provider(const job& about, findings& found) {
    each_validation(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto run = play(whose, one);
        for (const auto& field : whose.about.credential_fields) {
            const auto sent = carries(run, reference_to(field.name));
            if (sent == carried::as_text) {
                into.fail("the reference to '" + field.name + "' is sent as it is: no template");
            } else if (sent == carried::no && field.required) {
                into.fail("'" + field.name + "' is taken unseen: it is in no request");
            }
        }
    });
}

// The requests that a wrong credential is refused at.
auto deciding_requests(const subject& whose, const sample& one) -> std::vector<std::size_t> {
    std::vector<std::size_t> out;
    const auto run = play(whose, one);
    for (std::size_t at = 0; at < run.requests.size(); ++at) {
        const bool decides =
            std::ranges::any_of(whose.about.credential_fields, [&](const auto& field) {
                return carries(run.requests[at], reference_to(field.name)) == carried::yes;
            });
        if (decides) {
            out.push_back(at);
        }
    }
    return out;
}

void wrong_key(const job& about, findings& found) {
    constexpr std::array bodies{
        "{}", "<html>401</html>", R"({"error":"unauthorized","message":"Invalid API key"})"};
    each_validation(about, found, [&](const subject& whose, const sample& one, findings& into) {
        for (const auto at : deciding_requests(whose, one)) {
            for (const auto* body : bodies) {
                const auto refused = [&](std::uint32_t status) {
                    return play(
                        whose, call_of(whose, one), instead(one, at, answer_of(status, body))
                    );
                };
                const auto wrong = refused(401);
                if (wrong.failed() == nullptr ||
                    wrong.failed()->category != category::token_rejected) {
                    into.fail("401 must be TOKEN_REJECTED; it " + wrong.ending());
                }
                const auto barred = refused(403);
                const bool is_ours = barred.failed() == nullptr ||
                                     barred.failed()->category == category::misconfigured ||
                                     barred.failed()->category == category::unavailable;
                if (is_ours) {
                    into.fail("403 is about the person's credentials; it " + barred.ending());
                }
            }
        }
    });
}

// Answers in which nothing is: a key without an account, perhaps.
auto empty_handed() -> std::vector<outbound_response> {
    std::vector<outbound_response> out;
    for (const auto* body : {"{}", "[]", R"({"data":[]})", R"({"data":{}})"}) {
        out.push_back(answer_of(200, body));
    }
    return out;
}

void judge_details(const subject& whose, const performance& run, findings& into) {
    const auto* const failed = run.failed();
    if (failed == nullptr || failed->category != category::invalid_input) {
        return;
    }
    if (failed->details.empty()) {
        into.fail("it " + run.ending() + ", and error.details names no field");
    }
    for (const auto& detail : failed->details) {
        const auto is_it = [&](const field_descriptor& field) {
            return field.name == detail.field;
        };
        if (std::ranges::none_of(whose.about.credential_fields, is_it) &&
            std::ranges::none_of(whose.about.connect_fields, is_it)) {
            into.fail("error.details names '" + detail.field + "', which people are not asked for");
        }
    }
}

void names_fields(const job& about, findings& found) {
    each_subject(about, found, [](const subject& whose, findings& into) {
        if (!whose.supports(operation_kind::validate)) {
            into.skip("it takes no credentials");
            return;
        }
        for (const auto* one : whose.refused(operation_kind::validate)) {
            into.at(whose.name + " " + one->name);
            judge_details(whose, play(whose, *one), into);
        }
        for (const auto* one : whose.good(operation_kind::validate)) {
            into.at(whose.name + " " + one->name);
            const auto judge = [&](const performance& run) { judge_details(whose, run, into); };
            each_run(whose, *one, {}, [&](const auto&, const auto& run) { judge(run); });
            for (std::size_t at = 0; at < requests_of(whose, *one); ++at) {
                for (const auto& answer : empty_handed()) {
                    judge(play(whose, call_of(whose, *one), instead(*one, at, answer)));
                }
            }
        }
    });
}

}  // namespace

auto validate_checks() -> check_list {
    constexpr auto must = severity::must;
    constexpr auto clause = "operation.h: TENON_OP_VALIDATE";
    return {
        {"validate-asks-provider", "credentials", must, clause,
         "each required credential is sent to the provider before it is taken",
         "a mistyped key would be stored, and fail at its first use",
         "send it in a header or a body: tenon::reference(\"Bearer ${credential.api_key}\"), or "
         "in.credential(\"api_key\")",
         asks_provider},
        {"validate-wrong-key", "credentials", must, clause,
         "401 is TOKEN_REJECTED, whatever stands in the body, and 403 blames neither the operator "
         "nor an outage",
         "the person is told that the key is wrong, and by MISCONFIGURED the operator is alarmed",
         "use tenon::category_of(reply.status(), tenon::asked::api)", wrong_key},
        {"validate-names-fields", "credentials", must, clause,
         "INVALID_INPUT names, in error.details, a field that people are asked for",
         "the form shows the problem beside its field", "use failure::field(name, problem)",
         names_fields}};
}

}  // namespace tenon::host::conformance
