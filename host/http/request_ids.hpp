// Names for requests: unique among all hosts, cheap, no secret.
#pragma once

#include "base/random.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::host {

class request_ids {
  public:
    explicit request_ids(random_source& random);
    // `<16 hexadecimal digits of this process>-<counter>`. Any thread.
    void next(std::string& into);
    // A client's own name for a request is taken over if it is 1 to 64 of [A-Za-z0-9._-].
    [[nodiscard]] static auto acceptable(std::string_view offered) noexcept -> bool;

  private:
    std::string prefix_;
    std::atomic<std::uint64_t> counter_{1};
};

}  // namespace tenon::host
