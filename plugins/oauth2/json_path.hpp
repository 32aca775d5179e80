// Where something lies in a JSON answer: `data.user.id`, `items.0.id`, alternatives
// `sub|id|user.id`.
#pragma once

#include <tenon/sdk/json.hpp>

#include <string>
#include <string_view>

namespace oauth2 {

/// The value at the path; of alternatives the first one that is there and not null. Absent if there
/// is none.
auto find(const tenon::json& root, std::string_view path) -> tenon::json;

/// The names of an object's members, for a message that helps to find the right path: `id, name`.
/// No values.
auto member_names(const tenon::json& object) -> std::string;

/// The `sub` of an ID token (RFC 7519 4.1.2), without looking at its signature: that is the host's.
/// Empty if it can't be read.
auto subject_of(std::string_view id_token) -> std::string;

}  // namespace oauth2
