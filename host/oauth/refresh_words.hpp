// Why a refresh failed, in our words.
#pragma once

#include "oauth/decisions.hpp"
#include "provider/operation.hpp"

#include <string>

namespace tenon::host {

// For the row, the log and whoever reads the status; with the provider's own code, without a
// secret.
[[nodiscard]] auto words_of(refresh_failure kind, const operation_failure& failure) -> std::string;

}  // namespace tenon::host
