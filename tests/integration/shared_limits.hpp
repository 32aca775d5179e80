// Two hosts of one installation, which share their limits through a Redis of their own.
#pragma once

#include "integration/world.hpp"
#include "support/redis.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tenon::test {

// What begins a flow.
inline const nlohmann::json begin{{"redirectUrl", "http://127.0.0.1:9/after"}};

struct sharing_pair {
    explicit sharing_pair(world_options options = {});

    // A client of one of both, for that user.
    [[nodiscard]] auto at(std::size_t which, const std::string& user = "ann") -> http_client;
    [[nodiscard]] auto host(std::size_t which) -> host_process& {
        return which == 0 ? here.host() : *other;
    }
    // As `/health?check=limits` tells it, at both: all hosts' (true), or each host's for itself.
    [[nodiscard]] auto both_share(bool shared) -> bool;

    redis_server redis;
    world here;
    std::unique_ptr<host_process> other;
};

// How often such a line stands in a log.
[[nodiscard]] auto times_in(const std::string& log, const std::string& text) -> int;

}  // namespace tenon::test
