// What goes wrong at a provider, and on the way there.
#pragma once

#include "conformance/play.hpp"

#include <string>
#include <vector>

namespace tenon::host::conformance {

struct misfortune {
    std::string name;
    outbound_response response;
};

// An answer with a JSON body.
[[nodiscard]] auto answer_of(std::uint32_t status, std::string body) -> outbound_response;
[[nodiscard]] auto lost(transport why, request_sent sent = request_sent::maybe)
    -> outbound_response;

// One of each sort: no answer, an outage, too many requests, a page, nothing, half of an object, a
// refusal.
[[nodiscard]] auto usual_misfortunes() -> const std::vector<misfortune>&;

// The sample's answers, but this one to the request at `position`.
[[nodiscard]] auto instead(const sample& one, std::size_t position, outbound_response response)
    -> responder;
// That one to every request.
[[nodiscard]] auto always(outbound_response response) -> responder;

// How many requests it makes where all goes well.
[[nodiscard]] auto requests_of(const subject& whose, const sample& one) -> std::size_t;

// Plays the sample as it is, and with each usual misfortune at each of its requests; `then` is told
// of each run.
using run_question = std::function<void(const std::string& name, const performance& run)>;
void each_run(const subject& whose, const sample& one, manners how, const run_question& then);

// What all these runs hand out, as text, under the kindest manners. Two rounds that differ are
// thrown as `blocked` by deterministic.
[[nodiscard]] auto everything_told(const subject& whose, const sample& one)
    -> std::vector<std::string>;

}  // namespace tenon::host::conformance
