// From the configuration to what each floor takes.
#pragma once

#include "api/context.hpp"
#include "api/rate_limiter.hpp"
#include "base/config.hpp"
#include "base/random.hpp"
#include "http/server.hpp"
#include "net/outbound.hpp"
#include "oauth/context.hpp"

#include <vector>

namespace tenon::host {

[[nodiscard]] auto outbound_of(const settings& values) -> outbound_options;
[[nodiscard]] auto oauth_options_of(const settings& values, random_source& random) -> oauth_options;
[[nodiscard]] auto limits_of(const settings& values) -> rate_limits;
[[nodiscard]] auto api_settings_of(const settings& values) -> api_settings;
[[nodiscard]] auto server_options_of(const settings& values) -> server_options;
// `listen`, and `admin_listen` where that is set.
[[nodiscard]] auto listeners_of(const settings& values) -> std::vector<listener_options>;

}  // namespace tenon::host
