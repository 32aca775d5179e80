// Percent-encoding (RFC 3986) and queries.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::host {

// Everything but the unreserved characters of RFC 3986 2.3 as %XX.
[[nodiscard]] auto percent_encode(std::string_view text) -> std::string;

// The URL with the parameters added to its query, behind those that it has.
[[nodiscard]] auto with_query(
    std::string_view url, const std::vector<std::pair<std::string, std::string>>& parameters
) -> std::string;

// `http(s)://host[:port]` and nothing more, as a browser names a page's origin (RFC 6454 6.2).
[[nodiscard]] auto is_web_origin(std::string_view text) -> bool;

}  // namespace tenon::host
