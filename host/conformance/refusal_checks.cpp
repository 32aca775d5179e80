// OAuth: refusals, and what the host is told of them.
#include "conformance/groups.hpp"
#include "conformance/outcome.hpp"
#include "conformance/token_body.hpp"

#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tenon::host::conformance {
namespace {

using category = failure_category;

struct coded {
    std::string_view code;
    category in_exchange, in_refresh;
};
// RFC 6749 5.2 and what token endpoints borrow from 4.1.2.1.
constexpr std::array<coded, 8> rfc_codes{
    {{"invalid_client", category::misconfigured, category::misconfigured},
     {"unauthorized_client", category::misconfigured, category::misconfigured},
     {"unsupported_grant_type", category::misconfigured, category::misconfigured},
     {"invalid_grant", category::invalid_code, category::revoked},
     {"invalid_scope", category::scope, category::scope},
     {"access_denied", category::access_denied, category::access_denied},
     {"server_error", category::unavailable, category::unavailable},
     {"temporarily_unavailable", category::unavailable, category::unavailable}}};

// The first request of each EXCHANGE and REFRESH is answered by what `ask` makes.
void each_grant_request(const job& about, findings& found, const sample_question& ask) {
    each_subject(about, found, [&](const subject& whose, findings& into) {
        for (const auto kind : {operation_kind::exchange, operation_kind::refresh}) {
            if (!whose.supports(kind) || whose.good(kind).empty()) {
                continue;
            }
            const auto& one = *whose.good(kind).front();
            if (requests_of(whose, one) != 0) {
                into.at(whose.name + " " + std::string(name_of(kind)));
                ask(whose, one, into);
            }
        }
    });
}

auto refused(const subject& whose, const sample& one, outbound_response response) -> performance {
    return play(whose, call_of(whose, one), instead(one, 0, std::move(response)));
}

void token_errors(const job& about, findings& found) {
    each_grant_request(about, found, [](const subject& whose, const sample& one, findings& into) {
        for (const auto& [code, in_exchange, in_refresh] : rfc_codes) {
            const auto expected = one.kind == operation_kind::exchange ? in_exchange : in_refresh;
            const auto body = R"({"error":")" + std::string(code) + R"("})";
            const auto run = refused(whose, one, answer_of(400, body));
            const auto* const failed = run.failed();
            if (failed == nullptr || failed->category != expected) {
                into.fail(
                    std::string(code) + " must be " + std::string(name_of(expected)) + "; it " +
                    run.ending()
                );
            }
        }
    });
}

void unknown_errors_survive(const job& about, findings& found) {
    each_grant_request(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto run =
            refused(whose, one, answer_of(400, R"({"error":"x_new_error","ok":false})"));
        const auto* const failed = run.failed();
        if (failed == nullptr) {
            into.fail("an error code that nobody knows is a failure; it " + run.ending());
        } else if (failed->code != "x_new_error") {
            into.fail("the code 'x_new_error' became '" + failed->code + "'");
        }
    });
}

void error_in_200(const job& about, findings& found) {
    each_grant_request(about, found, [](const subject& whose, const sample& one, findings& into) {
        for (const char* body : {R"({"error":"invalid_grant"})", R"({"ok":false,"error":"x"})"}) {
            const auto run = refused(whose, one, answer_of(200, body));
            if (run.done() != nullptr) {
                into.fail(std::string("200 with ") + body + " is a refusal, and it succeeds");
            }
        }
    });
}

// Ended at a token request, and not at what is asked with the tokens afterwards.
auto refused_at_token_endpoint(const sample& one, const performance& run) -> bool {
    constexpr std::uint32_t token_request = TENON_HTTP_GRANT_REPLY | TENON_HTTP_CLIENT_AUTH;
    const bool grants = one.kind == operation_kind::exchange || one.kind == operation_kind::refresh;
    return grants && !one.answers.empty() && !run.requests.empty() &&
           (run.requests.back().flags & token_request) != 0;
}

// A refusal that RFC 6749 5.2 would not know for one.
void note_departures(const sample& one, findings& into) {
    const auto& answer = one.answers.back();
    const auto body = parse_json(answer.body);
    const bool by_the_book = body.has_value() && body->is_object() && body->contains("error") &&
                             body->at("error").is_string();
    if (answer.status / 100 == 2) {
        into.departs("error-in-200", "'" + one.name + "' refuses under status 200");
    }
    if (!by_the_book) {
        into.departs("non-rfc-error", "'" + one.name + "' is not of the form of RFC 6749 5.2");
    }
}

void recorded_refusals(const job& about, findings& found) {
    each_subject(about, found, [](const subject& whose, findings& into) {
        std::size_t count = 0;
        for (const auto& one : whose.samples) {
            if (one.succeeds) {
                continue;
            }
            ++count;
            into.at(whose.name + " " + one.name);
            const auto run = play(whose, one);
            if (run.done() != nullptr) {
                into.fail("a recorded refusal succeeds");
            } else if (const auto differs = difference(one.outcome, run); !differs.empty()) {
                into.fail(differs);
            }
            if (refused_at_token_endpoint(one, run)) {
                note_departures(one, into);
            }
        }
        if (count == 0) {
            into.skip("there are no cassettes of refusals");
        }
    });
}

void recorded_successes(const job& about, findings& found) {
    each_subject(about, found, [](const subject& whose, findings& into) {
        std::size_t count = 0;
        for (const auto& one : whose.samples) {
            if (!one.succeeds || one.outcome.empty()) {
                continue;
            }
            ++count;
            into.at(whose.name + " " + one.name);
            if (const auto differs = difference(one.outcome, play(whose, one)); !differs.empty()) {
                into.fail(differs);
            }
        }
        if (count == 0) {
            into.skip("there are no cassettes with an outcome");
        }
    });
}

// Without queries, as cassettes have them.
auto made_by(const performance& run) -> std::vector<std::string> {
    std::vector<std::string> out;
    for (const auto& request : run.requests) {
        out.push_back(request.method + " " + request.url.substr(0, request.url.find('?')));
    }
    return out;
}

void recorded_requests(const job& about, findings& found) {
    each_subject(about, found, [](const subject& whose, findings& into) {
        for (const auto& one : whose.samples) {
            if (!one.is_recorded) {
                continue;
            }
            into.at(whose.name + " " + one.name);
            const auto made = made_by(play(whose, one));
            const auto [mine, theirs] = std::ranges::mismatch(made, one.requests);
            if (mine != made.end()) {
                into.fail(
                    "it asks " + *mine + ", and " +
                    (theirs == one.requests.end() ? "nothing more" : *theirs) + " is recorded"
                );
            } else if (theirs != one.requests.end()) {
                into.fail(*theirs + " is recorded, and not asked for");
            }
        }
        if (std::ranges::none_of(whose.samples, &sample::is_recorded)) {
            into.skip("there are no cassettes");
        }
    });
}

}  // namespace

auto refusal_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"token-errors", "oauth", must, "RFC 6749 5.2, 4.1.2.1",
         "every error code of the RFC has its category, in an exchange and in a refresh",
         "REVOKED makes a person reconnect, MISCONFIGURED alarms the operator, UNAVAILABLE is "
         "tried "
         "again",
         "use tenon::oauth_failure() with what was asked", token_errors},
        {"unknown-errors-survive", "oauth", must, "RFC 6749 5.2, 8.5",
         "an unknown error code is a failure, and arrives as it came",
         "it is all that a developer has to search for", "put it into error.code",
         unknown_errors_survive},
        {"hidden-errors", "oauth", must, "RFC 6749 5.1", "an error under status 200 is no success",
         "many providers answer so, some day", "look for error and ok before anything else",
         error_in_200},
        {"recorded-refusals", "cassettes", must, "plugin-api: cassettes",
         "recorded refusals fail as they did when they were recorded",
         "the provider's own words for a dead token are known by nothing else",
         "mend the mapping, or record the cassette anew; quirks: non-rfc-error, error-in-200",
         recorded_refusals},
        {"recorded-successes", "cassettes", must, "plugin-api: cassettes",
         "recorded exchanges yield what they yielded when they were recorded",
         "a change that nobody meant is seen here first", "mend it, or record the cassette anew",
         recorded_successes},
        {"recorded-requests", "cassettes", must, "plugin-api: cassettes",
         "the requests are those that were recorded, by method and URL, in their order",
         "the recorded answers are those of other requests otherwise, and prove nothing",
         "mend the request, or record the cassette anew", recorded_requests}};
}

}  // namespace tenon::host::conformance
