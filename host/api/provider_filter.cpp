#include "api/provider_filter.hpp"

#include <algorithm>

namespace tenon::host {

namespace {

auto lower(std::string_view text) -> std::string {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

auto holds(std::string_view text, const std::string& part) -> bool {
    return lower(text).find(part) != std::string::npos;
}

auto wrong(const char* field, const char* expected) -> error {
    auto problem =
        fail(errc::invalid_request, std::string(field) + " is none of " + expected + ".");
    problem.details.push_back({field, expected});
    return problem;
}

}  // namespace

auto provider_filter::admits(const provider_facts& one) const -> bool {
    const bool found =
        holds(one.id, search) || holds(one.name, search) || holds(one.category, search);
    return found && (category.empty() || lower(one.category) == category) &&
           (kind.empty() || one.kind == kind) && (!enabled || *enabled == one.enabled);
}

auto read_provider_filter(const request& from) -> result<provider_filter> {
    provider_filter filter;
    filter.search = lower(from.query_value("q").value_or(""));
    filter.category = lower(from.query_value("category").value_or(""));
    filter.kind = from.query_value("kind").value_or("");
    if (!filter.kind.empty() && filter.kind != "oauth2" && filter.kind != "api_key") {
        return wrong("kind", "oauth2, api_key");
    }
    if (const auto text = from.query_value("enabled")) {
        if (*text != "true" && *text != "false") {
            return wrong("enabled", "true, false");
        }
        filter.enabled = *text == "true";
    }
    return filter;
}

}  // namespace tenon::host
