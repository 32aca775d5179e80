// Robustness: statuses, pages and lost connections.
#include "conformance/groups.hpp"
#include "conformance/misfortune.hpp"

namespace tenon::host::conformance {
namespace {

using category = failure_category;

auto yields(operation_kind kind) -> bool {
    return kind == operation_kind::exchange || kind == operation_kind::refresh ||
           kind == operation_kind::profile || kind == operation_kind::validate;
}

using judgement =
    std::function<void(const sample&, const performance&, findings&, const std::string& place)>;

// At each request of each sample that goes well, this answer instead of the sample's.

void each_request(
    const job& about, findings& found, const outbound_response& response, const std::string& name,
    const judgement& ask
) {
    each_sample(about, found, [&](const subject& whose, const sample& one, findings& into) {
        const auto count = requests_of(whose, one);
        for (std::size_t at = 0; at < count; ++at) {
            const auto run = play(whose, call_of(whose, one), instead(one, at, response));
            ask(one, run, into, name + " for request " + std::to_string(at + 1));
        }
    });
}

void must_be(category expected, const performance& run, findings& into, const std::string& place) {
    if (run.failed() == nullptr || run.failed()->category != expected) {
        into.fail(place + " must be " + std::string(name_of(expected)) + "; it " + run.ending());
    }
}

void transport_errors(const job& about, findings& found) {
    for (const auto& [name, why] :
         {std::pair("a timeout", transport::timeout), std::pair("no address", transport::dns),
          std::pair("no connection", transport::connect), std::pair("no TLS", transport::tls),
          std::pair("a reset", transport::reset)}) {
        each_request(
            about, found, lost(why), name,
            [](const auto&, const auto& run, auto& into, const auto& place) {
                must_be(category::unavailable, run, into, place);
            }
        );
    }
    for (const auto& [name, why] :
         {std::pair("a too large answer", transport::too_large),
          std::pair("a denied request", transport::denied)}) {
        each_request(
            about, found, lost(why), name,
            [](const auto&, const auto& run, auto& into, const auto& place) {
                if (run.failed() == nullptr) {
                    into.fail(place + " is a failure; it " + run.ending());
                }
            }
        );
    }
}

void server_errors(const job& about, findings& found) {
    for (const std::uint32_t status : {500U, 502U, 503U, 504U}) {
        each_request(
            about, found, answer_of(status, "<html>down</html>"), std::to_string(status),
            [](const auto&, const auto& run, auto& into, const auto& place) {
                must_be(category::unavailable, run, into, place);
            }
        );
    }
}

void too_many_requests(const job& about, findings& found) {
    auto response = answer_of(429, "{}");
    response.headers.emplace_back("retry-after", "30");
    each_request(
        about, found, response, "429",
        [](const auto&, const auto& run, auto& into, const auto& place) {
            must_be(category::rate_limited, run, into, place);
            const auto* const failed = run.failed();
            if (failed != nullptr && failed->retry_after != milliseconds(30'000)) {
                into.fail(place + " with Retry-After: 30, and retry_after_ms is not 30000");
            }
        }
    );
}

void page_under_200(const job& about, findings& found) {
    each_request(
        about, found, answer_of(200, "<!doctype html><title>Sign in</title>"), "a page under 200",
        [](const auto& one, const auto& run, auto& into, const auto& place) {
            const auto* const failed = run.failed();
            if (yields(one.kind) && failed == nullptr) {
                into.fail(place + " is a failure; it " + run.ending());
            }
            const bool blames = failed != nullptr && (failed->category == category::revoked ||
                                                      failed->category == category::invalid_code ||
                                                      failed->category == category::token_rejected);
            if (blames) {
                into.fail(place + " says nothing of the grant; it " + run.ending());
            }
        }
    );
}

// The sample's run, but that its answer `at` has that status.
void one_status(
    const subject& whose, const sample& one, const performance& good, std::size_t at,
    std::uint32_t status, findings& into
) {
    auto response = one.answers.empty() ? answer_of(200, "{}") : answers_of(one)({}, at);
    response.status = status;
    const auto run = play(whose, call_of(whose, one), instead(one, at, response));
    // A profile may do without what a scope would show.
    const bool taken =
        run.done() != nullptr && (one.kind != operation_kind::profile || told(run) == told(good));
    if (yields(one.kind) && status / 100 != 2 && taken) {
        into.fail("a good body under status " + std::to_string(status) + " is taken");
    }
}

void every_status(const job& about, findings& found) {
    const bool quick = about.chosen.quick;
    each_sample(about, found, [quick](const subject& whose, const sample& one, findings& into) {
        const auto good = play(whose, one);
        for (std::size_t at = 0; at < good.requests.size(); ++at) {
            for (std::uint32_t status = 100; status < 600; ++status) {
                if (!quick || status % 100 < 10) {
                    one_status(whose, one, good, at, status, into);
                }
            }
        }
    });
}

void step_budget(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings&) {
        for (const auto& [name, response] : usual_misfortunes()) {
            (void)play(whose, call_of(whose, one), always(response));
        }
        auto wait = answer_of(429, "{}");
        wait.headers.emplace_back("retry-after", "0");
        (void)play(whose, call_of(whose, one), always(wait));
    });
}

}  // namespace

auto answer_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"transport-errors", "robustness", must, "request.h: TENON_TRANSPORT_…",
         "a lost connection is UNAVAILABLE, at each request",
         "taken for a refusal it would end connections whenever a network fails",
         "look at transport before anything else: tenon::transport_failure()", transport_errors},
        {"server-errors", "robustness", must, "operation.h: TENON_ERROR_UNAVAILABLE",
         "5xx is UNAVAILABLE, at each request", "an outage of the provider's passes by itself",
         "let the status count more than the body", server_errors},
        {"too-many-requests", "robustness", must, "RFC 6585 4, RFC 9110 10.2.3",
         "429 is RATE_LIMITED, with its Retry-After",
         "the host waits for as long as the provider says", "use tenon::failure_of()",
         too_many_requests},
        {"page-under-200", "robustness", must, "RFC 6749 5.1",
         "a page under status 200 is a failure that blames no grant",
         "captive portals and sign-in pages answer so", "expect a JSON object: reply.object()",
         page_under_200},
        {"every-status", "robustness", must, "RFC 9110 15",
         "a body counts as a success under 2xx alone, and every status is taken",
         "redirects and refusals have bodies too", "ask reply.ok() first", every_status},
        {"step-budget", "robustness", must, "base.h: TENON_MAX_STEPS",
         "an operation ends within 64 steps, whatever the provider answers",
         "the host ends it otherwise, with what it was granted",
         "repeat nothing by yourself: fail, and let the host try again", step_budget}};
}

}  // namespace tenon::host::conformance
