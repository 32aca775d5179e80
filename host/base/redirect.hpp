// Where a callback may send the browser.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// A target is `scheme://host[:port][/path]`: http, https, or a native application's own scheme. It
// allows URLs of the same scheme and host (compared without case), the same port (a missing one is
// the scheme's; `*` is any, on loopback only) and a path that begins with the target's segments:
// `/after` allows `/after` and `/after/x`, not `/afterwards`.

// Whether one of the targets allows this URL. The URL is parsed (RFC 3986), never compared as text;
// refused in any case are relative ones, those with userinfo, a fragment, dot or empty segments,
// encoded slashes, backslashes or control characters in the path, an encoded host, or more than
// 2,048 characters. A query is allowed. Targets that check_redirect_target() refuses allow nothing.
// Any thread.
[[nodiscard]] auto redirect_allowed(const std::vector<std::string>& targets, std::string_view url)
    -> bool;

// What is wrong with a target of the configuration; nothing if it is fine.
[[nodiscard]] auto check_redirect_target(std::string_view target) -> std::optional<std::string>;

}  // namespace tenon::host
