// What a plugin may ask of the host in the middle of an operation.
#pragma once

#include "provider/action.hpp"
#include "provider/template.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// Is it a service of this host's?
[[nodiscard]] auto is_host_call(std::string_view id) -> bool;

struct call_answer {
    std::uint32_t status = 0;  // tenon_status
    std::vector<key_value> out;
};

// `tenon.hmac-sha256/1`: args `key` and `message` (both may be templates); out `hex`.
// INVALID: an argument is missing, unknown, or a template that may not be filled in here;
// UNSUPPORTED: no such service, or one that the descriptor does not declare.
[[nodiscard]] auto serve_call(
    const call_action& call, const descriptor& about, const reference_values& values
) -> call_answer;

}  // namespace tenon::host
