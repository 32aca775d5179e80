// The parts of a request that are text in, text out.
#pragma once

#include "provider/abi_reader.hpp"
#include "provider/refusal.hpp"
#include "provider/template.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// Fills in the values' templates. Broken: TEMPLATE and JSON on one value.
[[nodiscard]] auto expand_all(
    std::vector<key_value>& items, const reference_values& values, template_place place
) -> or_refusal<void>;

// application/x-www-form-urlencoded, as WHATWG's URL standard serializes it.
[[nodiscard]] auto encode_form(const std::vector<key_value>& pairs) -> std::string;
// One text by the same rule: RFC 6749 2.3.1 wants it of id and secret in Basic.
[[nodiscard]] auto form_encode(std::string_view text) -> std::string;
// `a=1&b=2` by RFC 3986.
[[nodiscard]] auto encode_query(const std::vector<key_value>& pairs) -> std::string;
// The parameters of a URL's query, decoded; for comparing, not for sending.
[[nodiscard]] auto query_of(std::string_view url) -> std::vector<key_value>;
// An object; a JSON value is taken as it is. Broken: a key twice, or a value that is not JSON.
[[nodiscard]] auto encode_json(const std::vector<key_value>& pairs) -> or_refusal<std::string>;
// The path's {name}s filled in. Broken: a name without value or a value without name, a value that
// is empty or a dot segment.
[[nodiscard]] auto fill_path(std::string_view path, const std::vector<key_value>& params)
    -> or_refusal<std::string>;

}  // namespace tenon::host
