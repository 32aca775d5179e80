#include "oauth/host_fields.hpp"

#include <algorithm>

namespace tenon::host {

auto host_fields(const descriptor& about, origin_roles roles) -> std::vector<std::string> {
    std::vector<std::string> names;
    for (const auto& field : about.connect_fields) {
        const auto names_host = [&](const origin_descriptor& origin) {
            return (origin.roles & roles) != 0 &&
                   origin.url.find('{' + field.name + '}') != std::string::npos;
        };
        if (std::ranges::any_of(about.origins, names_host)) {
            names.push_back(field.name);
        }
    }
    return names;
}

}  // namespace tenon::host
