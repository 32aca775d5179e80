#include "conformance/token_body.hpp"

#include "base/json.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host::conformance {
namespace {

using nlohmann::json;

auto visit(json& value, const token_change& change) -> bool {
    bool found = value.is_object() && value.contains("access_token");
    if (found) {
        change(value);
    }
    if (value.is_structured()) {
        for (auto& inner : value) {
            found = visit(inner, change) || found;
        }
    }
    return found;
}

}  // namespace

auto with_tokens(const std::string& body, const token_change& change) -> std::string {
    auto parsed = parse_json(body);
    return parsed.has_value() && visit(*parsed, change) ? parsed->dump() : body;
}

auto has_tokens(const std::string& body) -> bool {
    auto parsed = parse_json(body);
    return parsed.has_value() && visit(*parsed, [](json&) {});
}

auto changed(const sample& one, const token_change& change) -> sample {
    auto out = one;
    for (auto& answer : out.answers) {
        answer.body = with_tokens(answer.body, change);
    }
    return out;
}

void each_token_sample(const job& about, findings& found, const sample_question& ask) {
    each_subject(about, found, [&](const subject& whose, findings& into) {
        bool any = false;
        for (const auto kind : {operation_kind::exchange, operation_kind::refresh}) {
            for (const auto* one : whose.good(kind)) {
                if (whose.supports(kind) && !one->answers.empty() &&
                    has_tokens(one->answers.back().body)) {
                    into.at(whose.name + " " + std::string(name_of(kind)));
                    ask(whose, *one, into);
                    any = true;
                }
            }
        }
        if (!any) {
            into.skip("no token answer of the form of RFC 6749 5.1 is known of it");
        }
    });
}

}  // namespace tenon::host::conformance
