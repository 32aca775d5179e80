// One connection to a Redis. It blocks: for the thread of its own alone.
#pragma once

#include "base/clock.hpp"
#include "base/redis_url.hpp"
#include "base/result.hpp"
#include "redis/scripts.hpp"

#include <memory>
#include <span>
#include <vector>

namespace tenon::host {

class redis_link {
  public:
    // Connects, enters, chooses the database and hands over the scripts. `patience`: for each of
    // these, and for whatever is asked later. Error: storage_unavailable, with what is wrong; no
    // secret.
    [[nodiscard]] static auto open(const redis_address& address, milliseconds patience)
        -> result<std::unique_ptr<redis_link>>;
    ~redis_link();
    redis_link(const redis_link&) = delete;
    auto operator=(const redis_link&) -> redis_link& = delete;

    // All in one round trip, within `patience` or a little more; answers in the same order. Error:
    // storage_unavailable; then this is of no use any more.
    [[nodiscard]] auto run(std::span<const redis_call> calls) -> result<std::vector<redis_answer>>;

  private:
    struct implementation;
    explicit redis_link(std::unique_ptr<implementation> made);

    std::unique_ptr<implementation> implementation_;
};

}  // namespace tenon::host
