// OAuth: refusals, and what the host is told of them.
#include "conformance/groups.hpp"
#include "conformance/token_body.hpp"

#include <array>

namespace tenon::host::conformance {
namespace {

using category = failure_category;

struct coded {
    std::string_view code;
    category in_exchange, in_refresh;
};
// RFC 6749 5.2 and what token endpoints borrow from 4.1.2.1.
constexpr std::array<coded, 10> rfc_codes{
    {{"invalid_request", category::provider, category::provider},
     {"unsupported_response_type", category::misconfigured, category::misconfigured},
     {"invalid_client", category::misconfigured, category::misconfigured},
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
        const auto must_be = [&](std::string_view code, std::uint32_t status, category expected) {
            const auto body = R"({"error":")" + std::string(code) + R"("})";
            const auto run = refused(whose, one, answer_of(status, body));
            const auto* const failed = run.failed();
            const bool dead = failed != nullptr && failed->category == category::revoked;
            if (dead && code == "invalid_request" && one.kind == operation_kind::refresh) {
                into.departs("invalid-request-dead", "invalid_request for a refresh is REVOKED");
            } else if (failed == nullptr || failed->category != expected) {
                into.fail(
                    std::string(code) + " under " + std::to_string(status) + " must be " +
                    std::string(name_of(expected)) + "; it " + run.ending()
                );
            }
        };
        for (const auto& [code, in_exchange, in_refresh] : rfc_codes) {
            must_be(code, 400, one.kind == operation_kind::exchange ? in_exchange : in_refresh);
        }
        // What servers must answer to a client that authenticated by a header.
        must_be("invalid_client", 401, category::misconfigured);
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
         error_in_200}};
}

}  // namespace tenon::host::conformance
