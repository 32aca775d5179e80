#include "conformance/misfortune.hpp"

namespace tenon::host::conformance {

auto answer_of(std::uint32_t status, std::string body) -> outbound_response {
    outbound_response out;
    out.status = status;
    out.sent = request_sent::yes;
    out.headers = {{"content-type", "application/json"}};
    out.body = std::move(body);
    return out;
}

auto lost(transport why, request_sent sent) -> outbound_response {
    outbound_response out;
    out.outcome = why;
    out.sent = sent;
    return out;
}

auto usual_misfortunes() -> const std::vector<misfortune>& {
    static const std::vector<misfortune> out{
        {"a timeout", lost(transport::timeout)},
        {"503", answer_of(503, "<html>busy</html>")},
        {"429", answer_of(429, "{}")},
        {"a page under 200", answer_of(200, "<html>Welcome</html>")},
        {"an empty answer", answer_of(200, "")},
        {"half an object", answer_of(200, R"({"access_token":"x)")},
        {"invalid_grant", answer_of(400, R"({"error":"invalid_grant"})")},
        {"an error under 200", answer_of(200, R"({"ok":false,"error":"no_such_thing"})")}};
    return out;
}

auto instead(const sample& one, std::size_t position, outbound_response response) -> responder {
    return [usual = answers_of(one), position, response = std::move(response)](
               const http_action& request, std::size_t at
           ) { return at == position ? response : usual(request, at); };
}

auto always(outbound_response response) -> responder {
    return [response = std::move(response)](const http_action&, std::size_t) { return response; };
}

auto requests_of(const subject& whose, const sample& one) -> std::size_t {
    return play(whose, one).requests.size();
}

void each_run(const subject& whose, const sample& one, manners how, const run_question& then) {
    const auto good = play(whose, one, how);
    then("all going well", good);
    for (std::size_t position = 0; position < good.requests.size(); ++position) {
        for (const auto& [name, response] : usual_misfortunes()) {
            then(
                name + " for request " + std::to_string(position + 1),
                play(whose, call_of(whose, one), instead(one, position, response), how)
            );
        }
    }
}

auto everything_told(const subject& whose, const sample& one) -> std::vector<std::string> {
    const auto round = [&] {
        std::vector<std::string> out;
        each_run(whose, one, {}, [&](const std::string&, const performance& run) {
            out.push_back(told(run));
        });
        return out;
    };
    auto out = round();
    if (round() != out) {
        throw blocked(
            "deterministic", "the same input and replies lead to something else a second time"
        );
    }
    return out;
}

}  // namespace tenon::host::conformance
