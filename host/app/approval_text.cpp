#include "app/approval_text.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

auto list(const std::vector<std::string>& parts) -> std::string {
    std::string out;
    for (const auto& part : parts) {
        out += (out.empty() ? "" : ", ") + part;
    }
    return out;
}

auto is_new(const approved_origin& origin, const approved_provider* before) -> bool {
    if (before == nullptr) {
        return true;
    }
    origin_roles known = 0;
    for (const auto& one : before->origins) {
        known |= one.url == origin.url && one.patterns == origin.patterns ? one.roles : 0;
    }
    return (origin.roles & ~known) != 0;
}

auto origin_line(const approved_origin& origin) -> std::string {
    auto out = shown(origin.url) + "  (" + list(role_names(origin.roles)) + ")";
    for (const auto& [name, form] : origin.patterns) {
        out += "  {" + shown(name) + "} matches " + shown(form);
    }
    const auto secrets = list(secrets_for(origin.roles));
    return out +
           "\n        is sent: " + (secrets.empty() ? "the browser, with the client id" : secrets);
}

auto provider_text(const descriptor& about, const approved_provider* before, bool marks)
    -> std::string {
    auto out = shown(about.id) + "  " + shown(about.display_name) + " " + shown(about.version) +
               (about.vendor.empty() ? "" : " by " + shown(about.vendor)) + "\n";
    const auto wanted = approval_of(about);
    for (const auto& origin : wanted.origins) {
        out += marks && is_new(origin, before) ? "  NEW " : "      ";
        out += origin_line(origin) + "\n";
    }
    if (wanted.origins.empty()) {
        out +=
            "      no origin of its own: it reaches what its section of the configuration names\n";
    }
    for (const auto& url : wanted.fetches) {
        out += "      the host itself reads " + shown(url) + "\n";
    }
    for (const auto& scope : about.scopes) {
        out += "      asks users for " + shown(scope.name) +
               (scope.by_default ? " (unless others are named)" : "") +
               (scope.description.empty() ? "" : ": " + shown(scope.description)) + "\n";
    }
    for (const auto& call : about.host_calls) {
        out += "      uses the host's " + shown(call) + "\n";
    }
    return out;
}

}  // namespace

auto shown(std::string_view text) -> std::string {
    std::string out(text);
    std::ranges::replace_if(
        out,
        [](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return byte < 0x20U || byte >= 0x7FU;
        },
        '?'
    );
    return out;
}

auto approval_text(const std::vector<descriptor>& found, const plugin_approval* before)
    -> std::string {
    std::string out;
    for (const auto& about : found) {
        const approved_provider* known = nullptr;
        if (before != nullptr) {
            const auto at = before->find(about.id);
            known = at == before->end() ? nullptr : &at->second;
        }
        out += provider_text(about, known, before != nullptr);
    }
    return out;
}

}  // namespace tenon::host
