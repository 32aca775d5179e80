// The contract, for machines: made from the route table, so that it can't lie.
#pragma once

#include "api/call.hpp"

#include <string>
#include <vector>

namespace tenon::host {

// Every code that a route may answer with: what follows from its row (key, scope, user, limit,
// body), and its own.
[[nodiscard]] auto errors_of(const route_spec& spec) -> std::vector<errc>;

// OpenAPI 3.1, all routes and codes.
[[nodiscard]] auto openapi_json(const api_settings& settings) -> std::string;

// The schemas that routes name, as a JSON object.
[[nodiscard]] auto openapi_schemas() -> std::string_view;

}  // namespace tenon::host
