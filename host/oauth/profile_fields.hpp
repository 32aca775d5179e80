// A PROFILE operation's fields as the API and the store have them.
#pragma once

#include "provider/operation.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

// The object of GET …/profile: accountId, username, displayName, …, the platform's own keys, raw;
// as text, so that no number of the provider's is altered. `account` is the connection's, which the
// answer carries in any case.
[[nodiscard]] auto profile_json(const operation_output& output, std::string_view account)
    -> std::string;

// The profile's own word on who this is must not contradict the ID token's `sub` (OpenID Connect
// Core 5.3.2). `subject` is empty where there is no ID token.
[[nodiscard]] auto is_of_subject(const operation_output& profile, std::string_view subject) -> bool;

// What of the profile goes into the connection's metadata: all but `raw`, behind what `metadata`
// (an object, or empty) has already, whose keys win.
[[nodiscard]] auto with_profile(const std::string& metadata, const operation_output& output)
    -> std::string;

}  // namespace tenon::host
