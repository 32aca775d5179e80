// Which check answers for a field of a descriptor.
#pragma once

#include <string_view>

namespace tenon::host::conformance {

// Of a field as check_descriptor names it. There is one for every field, so that nothing that the
// host refuses passes.
[[nodiscard]] auto check_of_field(std::string_view field) -> std::string_view;

}  // namespace tenon::host::conformance
