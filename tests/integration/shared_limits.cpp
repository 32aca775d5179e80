#include "integration/shared_limits.hpp"

namespace tenon::test {
namespace {

auto with_redis(world_options options, const redis_server& redis) -> world_options {
    options.stored_in = engine::postgresql;
    options.config += "redis: \"" + redis.url() + "/1\"\nredis_prefix: \"acme:\"\n";
    return options;
}

}  // namespace

sharing_pair::sharing_pair(world_options options)
    : redis("a-password-of-redis"),
      here(with_redis(std::move(options), redis)),
      other(here.replica()) {}

auto sharing_pair::at(std::size_t which, const std::string& user) -> http_client {
    return http_client(
        host(which).url(),
        {{"Authorization", std::string("Bearer ") + operator_key}, {"X-Tenon-User", user}}
    );
}

auto sharing_pair::both_share(bool shared) -> bool {
    for (const std::size_t which : {0U, 1U}) {
        const auto told = at(which).get("/health?check=limits").json();
        const auto& detail = told.at("checks").at("limits").at("detail");
        if (detail.at("shared") != shared || told.at("status") != (shared ? "ok" : "degraded")) {
            return false;
        }
    }
    return true;
}

auto times_in(const std::string& log, const std::string& text) -> int {
    int times = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) {
        ++times;
    }
    return times;
}

}  // namespace tenon::test
