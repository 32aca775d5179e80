// Templates: they name what the plugin means, and nothing that came from outside.
#include "conformance/groups.hpp"
#include "conformance/play.hpp"

#include <algorithm>

namespace tenon::host::conformance {
namespace {

// A reference that no plugin has a use for.
constexpr std::string_view bait = "${credential.of_somebody_else}";

// Behind an odd number of `$` it is text (request.h).
auto names_bait(std::string_view text) -> bool {
    for (auto at = text.find(bait); at != std::string_view::npos; at = text.find(bait, at + 1)) {
        const auto before = text.substr(0, at);
        const auto other = before.find_last_not_of('$');
        const auto dollars = at - (other == std::string_view::npos ? 0 : other + 1);
        if (dollars % 2 == 0) {
            return true;
        }
    }
    return false;
}

auto takes_bait(const std::vector<key_value>& list) -> bool {
    return std::ranges::any_of(list, [](const key_value& item) {
        return (item.flags & TENON_KV_TEMPLATE) != 0 && names_bait(item.value);
    });
}

auto takes_bait(const performance& run) -> bool {
    auto requests = run.requests;
    if (run.done() != nullptr && run.done()->authorize) {
        requests.push_back(*run.done()->authorize);
    }
    const auto by_request = [](const http_action& request) {
        return std::ranges::any_of(lists_of(request), [](const auto* list) {
            return takes_bait(*list);
        });
    };
    const auto by_call = [](const call_action& call) { return takes_bait(call.args); };
    return std::ranges::any_of(requests, by_request) || std::ranges::any_of(run.calls, by_call);
}

auto is_from_outside(const std::string& param) -> bool {
    return param == "state" || param == "code" || param == "redirect_uri" ||
           param.starts_with("callback.");
}

// The connect parameters, with bait in each that may hold it: a plugin may rely on its pattern.
auto baited_connect(const subject& whose) -> std::vector<key_value> {
    auto values = whose.connect;
    for (const auto& field : whose.about.connect_fields) {
        auto baited = values;
        baited[field.name] += bait;
        if (check_fields(whose.about.connect_fields, baited).has_value()) {
            values = std::move(baited);
        }
    }
    std::vector<key_value> out;
    for (const auto& [name, value] : values) {
        out.push_back({name, value, 0});
    }
    return out;
}

// What users and providers say must stay what it is, whatever it looks like.
void references_are_not_data(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        auto call = call_of(whose, one);
        call.connect = baited_connect(whose);
        for (auto& param : call.params) {
            if (is_from_outside(param.key)) {
                param.value += bait;
            }
        }
        if (takes_bait(play(whose, call, answers_of(one)))) {
            into.fail("a text from outside is handed out as a template");
        }
    });
}

}  // namespace

auto reference_checks() -> check_list {
    return {
        {"references-are-not-data", "secrets", severity::must, "request.h: templates",
         "no text from outside is handed out as a template",
         "whoever wrote ${client_secret} into it would be sent the secret",
         "set TENON_KV_TEMPLATE on constant texts only; in what is put into one, double each $",
         references_are_not_data}};
}

}  // namespace tenon::host::conformance
