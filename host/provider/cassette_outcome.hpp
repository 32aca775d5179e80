// How an operation ended, in the words of a cassette's `outcome`.
#pragma once

#include "provider/operation.hpp"

#include <string>

namespace tenon::host {

// {"done": {"grants": [{"slot", "account_id", "access_token", "refresh_token", "scope",
// "base_url"}], "fields": {…}}}; members that are empty are left out, and the field `raw`. Holds
// tokens.
[[nodiscard]] auto outcome_json(const operation_output& yielded) -> std::string;
// {"failed": {"category", "code", "http_status"}}
[[nodiscard]] auto outcome_json(const operation_failure& why) -> std::string;

}  // namespace tenon::host
