// This machine itself, as names and addresses write it.
#pragma once

#include <string_view>

namespace tenon::host {

// `localhost`, 127.0.0.0/8, `::1` with or without brackets. A name that merely resolves to one of
// them does not count, nor do odd spellings such as `127.1`.
[[nodiscard]] auto is_loopback_host(std::string_view host) -> bool;

// An absolute https URL, or an http one on loopback; without userinfo, with a host.
[[nodiscard]] auto is_https_or_loopback(std::string_view url) -> bool;

}  // namespace tenon::host
