// Boost.URL, made to keep to RFC 3986. For base's own sources.
#pragma once

#include <boost/url/url_view.hpp>
#include <optional>
#include <string_view>

namespace tenon::host {

// An absolute URL with a host and without userinfo; a view into `url`. Nothing otherwise.
[[nodiscard]] auto parse_strictly(std::string_view url) -> std::optional<boost::urls::url_view>;

}  // namespace tenon::host
