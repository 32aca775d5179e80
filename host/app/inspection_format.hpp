// The two ends of an inspection speak JSON.
#pragma once

#include "base/result.hpp"
#include "provider/descriptor.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// As much of the descriptors as an approval is made of.
[[nodiscard]] auto inspection_text(const std::vector<descriptor>& found) -> std::string;
[[nodiscard]] auto refusal_text(std::string_view why) -> std::string;

// Text of a process that a plugin may have taken over: anything may stand in it. Error:
// invalid_request: the refusal, or that it makes no sense.
[[nodiscard]] auto read_inspection(std::string_view text) -> result<std::vector<descriptor>>;

}  // namespace tenon::host
