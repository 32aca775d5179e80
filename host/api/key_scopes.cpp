#include "api/key_scopes.hpp"

#include <algorithm>
#include <array>

namespace tenon::host {

namespace {

auto scope_named(std::string_view name) noexcept -> const key_scope* {
    const auto scopes = all_key_scopes();
    const auto found =
        std::ranges::find_if(scopes, [name](key_scope scope) { return to_text(scope) == name; });
    return found == scopes.end() ? nullptr : &*found;
}

}  // namespace

auto to_text(key_scope scope) noexcept -> std::string_view {
    switch (scope) {
        case key_scope::connections_read: return "connections:read";
        case key_scope::connections_write: return "connections:write";
        case key_scope::tokens_read: return "tokens:read";
        case key_scope::keys_manage: return "keys:manage";
        case key_scope::audit_read: return "audit:read";
        case key_scope::admin: return "admin";
    }
    return "";
}

auto all_key_scopes() noexcept -> std::span<const key_scope> {
    static constexpr std::array scopes{key_scope::connections_read, key_scope::connections_write,
                                       key_scope::tokens_read,      key_scope::keys_manage,
                                       key_scope::audit_read,       key_scope::admin};
    return scopes;
}

auto key_scopes::all() noexcept -> key_scopes {
    key_scopes every;
    for (const auto scope : all_key_scopes()) {
        every.add(scope);
    }
    return every;
}

auto key_scopes::names() const -> std::vector<std::string> {
    std::vector<std::string> names;
    for (const auto scope : all_key_scopes()) {
        if (has(scope)) {
            names.emplace_back(to_text(scope));
        }
    }
    return names;
}

auto key_scopes::text() const -> std::string {
    std::string text;
    for (const auto& name : names()) {
        text += (text.empty() ? "" : " ") + name;
    }
    return text;
}

auto parse_key_scopes(std::span<const std::string> names) -> result<key_scopes> {
    key_scopes scopes;
    auto problem = fail(errc::invalid_request, "scopes names something that is no scope");
    for (const auto& name : names) {
        if (const auto* scope = scope_named(name)) {
            scopes.add(*scope);
        } else {
            problem.details.push_back(
                {"scopes", "'" + name + "' is none of: " + key_scopes::all().text()}
            );
        }
    }
    if (!problem.details.empty()) {
        return problem;
    }
    return scopes;
}

auto stored_key_scopes(std::string_view text) -> key_scopes {
    key_scopes scopes;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (const auto* scope = scope_named(text.substr(0, end))) {
            scopes.add(*scope);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return scopes;
}

}  // namespace tenon::host
