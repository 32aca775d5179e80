// Each operation of a provider's once, for an account that is made up, at a provider that is down.
#pragma once

#include "provider/instance.hpp"

namespace tenon::host {

// Begins each operation that it declares, answers its first request with 503, and destroys it: what
// breaks the contract, or ends its worker, would do so for everybody. How an operation fails is not
// judged. Error: invalid_request, which says what broke. Nothing is sent; blocks while it lasts.
[[nodiscard]] auto dry_operations(const provider_parts& parts, time_point now) -> result<void>;

}  // namespace tenon::host
