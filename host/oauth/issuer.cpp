#include "oauth/issuer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace tenon::host {
namespace {

struct second_name {
    std::string_view declared, also;
};
constexpr std::array second_names{
    second_name{"https://accounts.google.com", "accounts.google.com"},
    second_name{"https://www.linkedin.com/oauth", "https://www.linkedin.com"}};

// What is before and behind the tenant's id; nothing where the issuer is one.
auto around_tenant(std::string_view declared)
    -> std::optional<std::pair<std::string_view, std::string_view>> {
    constexpr std::string_view placeholder = "{tenantid}";
    const auto at = declared.find(placeholder);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    return std::pair(declared.substr(0, at), declared.substr(at + placeholder.size()));
}

// Nothing that could reach beyond its place in the path.
auto is_guid(std::string_view text) -> bool {
    constexpr std::size_t length = 36;
    return text.size() == length &&
           text.find_first_not_of("0123456789abcdefABCDEF-") == std::string_view::npos;
}

}  // namespace

auto is_issuer(std::string_view declared, std::string_view claimed) -> bool {
    const auto around = around_tenant(declared);
    if (!around) {
        return claimed == declared;
    }
    const auto [before, behind] = *around;
    const auto fixed = before.size() + behind.size();
    return claimed.size() > fixed && claimed.starts_with(before) && claimed.ends_with(behind) &&
           is_guid(claimed.substr(before.size(), claimed.size() - fixed));
}

auto issuers_of(std::string_view declared, std::string_view tid) -> std::vector<std::string> {
    std::vector<std::string> names;
    if (const auto around = around_tenant(declared)) {
        if (is_guid(tid)) {
            names.push_back(
                std::string(around->first) + std::string(tid) + std::string(around->second)
            );
        }
        return names;
    }
    names.emplace_back(declared);
    const auto* const second = std::ranges::find(second_names, declared, &second_name::declared);
    if (second != second_names.end()) {
        names.emplace_back(second->also);
    }
    return names;
}

}  // namespace tenon::host
