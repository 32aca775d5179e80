// The request target taken apart (RFC 9112 3.2): pure functions over foreign bytes.
#pragma once

#include "base/result.hpp"
#include "http/request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tenon::host {

// `%XX` decoded, and `+` as a space if asked for. Nothing for a broken escape or an encoded NUL.
enum class plus_sign { literal, space };
[[nodiscard]] auto percent_decode(std::string_view text, plus_sign plus)
    -> std::optional<std::string>;
// `a=1&b=2`, a query or a form's body (application/x-www-form-urlencoded), appended to `into`.
// Error: invalid_request for a broken escape, what is not UTF-8 or holds a NUL, or more than 256
// parameters.
[[nodiscard]] auto parse_parameters(std::string_view text, parameter_list& into) -> result<void>;

// Fills segments and query from `target`: origin form, or absolute form (whose authority is ignored
// as the Host header is); `*` for OPTIONS gives no segments. Error: invalid_request for authority
// form, control characters, a fragment, a broken escape, what is not UTF-8.
[[nodiscard]] auto parse_target(std::string_view target, request& into) -> result<void>;

}  // namespace tenon::host
