// What health and readiness ask the parts of the host, not more often than is sensible.
#pragma once

#include "api/context.hpp"
#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

namespace tenon::host {

struct check_result {
    std::string name;         // `db`, `cache`, `plugins`, `limits`
    std::string status;       // `ok`, `degraded`, `down`
    std::string detail_json;  // an object
};

auto check_database(api_context& api) -> boost::asio::awaitable<check_result>;
[[nodiscard]] auto check_cache(const api_context& api) -> check_result;
[[nodiscard]] auto check_limits(const api_context& api) -> check_result;
[[nodiscard]] auto check_plugins(const api_context& api) -> check_result;

// A real write; one that worked answers for a quarter of a second, one that failed for itself only.
// Errors: shutting_down, storage_unavailable.
auto check_ready(api_context& api) -> boost::asio::awaitable<result<void>>;

}  // namespace tenon::host
