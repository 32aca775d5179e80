// Recorded exchanges: what was asked then, and what came of it.
#include "conformance/groups.hpp"
#include "conformance/outcome.hpp"
#include "conformance/play.hpp"
#include "provider/grant_reply.hpp"

#include "base/json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::host::conformance {
namespace {

// Ended at a token request, and not at what is asked with the tokens afterwards.
auto refused_at_token_endpoint(const subject& whose, const sample& one, const performance& run)
    -> bool {
    const bool grants = one.kind == operation_kind::exchange || one.kind == operation_kind::refresh;
    if (!grants || one.answers.empty() || run.requests.empty()) {
        return false;
    }
    const auto& last = run.requests.back();
    return (last.flags & TENON_HTTP_GRANT_REPLY) != 0 ||
           asks_for_tokens(last, encoding_of(whose, one.kind));
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
            if (refused_at_token_endpoint(whose, one, run)) {
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

// A template's parameter stands for a part of what was sent: `{tenant}`, `{page}`.
auto fits(std::string_view made, std::string_view sent) -> bool {
    if (made.empty() || sent.empty()) {
        return made.empty() && sent.empty();
    }
    if (made.front() == sent.front()) {
        return fits(made.substr(1), sent.substr(1));
    }
    const auto end = made.find('}');
    if (made.front() != '{' || end == std::string_view::npos) {
        return false;
    }
    for (std::size_t size = 1; size <= std::min(sent.find('/'), sent.size()); ++size) {
        if (fits(made.substr(end + 1), sent.substr(size))) {
            return true;
        }
    }
    return false;
}

auto path_of(std::string_view url) -> std::string_view {
    const auto host = url.find("//");
    const auto path = host == std::string_view::npos ? host : url.find('/', host + 2);
    return url.substr(std::min(path, url.size()));
}

auto is_recorded(const http_action& request, const cassette_request& sent) -> bool {
    const auto made = std::string_view(request.url).substr(0, request.url.find('?'));
    // Over plain http it was a simulator, at an address of its own.
    const bool simulated = sent.url.starts_with("http://");
    return request.method == sent.method &&
           (simulated ? fits(path_of(made), path_of(sent.url)) : fits(made, sent.url));
}

void recorded_requests(const job& about, findings& found) {
    each_subject(about, found, [](const subject& whose, findings& into) {
        for (const auto& one : whose.samples) {
            if (!one.is_recorded) {
                continue;
            }
            into.at(whose.name + " " + one.name);
            const auto run = play(whose, one);
            const auto [made, sent] =
                std::ranges::mismatch(run.requests, one.requests, is_recorded);
            const auto recorded = sent == one.requests.end() ? std::string("nothing more")
                                                             : sent->method + " " + sent->url;
            if (made != run.requests.end()) {
                into.fail(
                    "it asks " + made->method + " " + made->url + ", and " + recorded +
                    " is recorded"
                );
            } else if (sent != one.requests.end()) {
                into.fail(recorded + " is recorded, and not asked for");
            }
        }
        if (std::ranges::none_of(whose.samples, &sample::is_recorded)) {
            into.skip("there are no cassettes");
        }
    });
}

}  // namespace

auto cassette_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
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
