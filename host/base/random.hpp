// Where random bytes come from. Injected, so that a simulation can repeat them.
#pragma once

#include <cstddef>
#include <span>

namespace tenon::host {

class random_source {
  public:
    virtual ~random_source() = default;
    // Fills all of `bytes`; throws std::runtime_error if the system has none. Any thread.
    virtual void fill(std::span<std::byte> bytes) = 0;
};

}  // namespace tenon::host
