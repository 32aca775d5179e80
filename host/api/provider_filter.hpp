// Which of the providers a caller of GET …/providers wants to see.
#pragma once

#include "base/result.hpp"
#include "http/request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tenon::host {

// What is told of every provider, plugin or catalogue.
struct provider_facts {
    std::string_view id, name, category, kind;
    bool enabled = false;
};

struct provider_filter {
    std::string search;    // in lower case; in id, name or category
    std::string category;  // the same
    std::string kind;      // oauth2 or api_key
    std::optional<bool> enabled;

    // Empty fields admit everything.
    [[nodiscard]] auto admits(const provider_facts& one) const -> bool;
};

// Of the query: q, category, kind, enabled. Error: invalid_request (details).
[[nodiscard]] auto read_provider_filter(const request& from) -> result<provider_filter>;

}  // namespace tenon::host
