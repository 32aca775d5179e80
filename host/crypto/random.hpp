// Random bytes of the system's, and tokens made of them.
#pragma once

#include "base/random.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace tenon::host {

// OpenSSL's private generator, seeded by the system. Any thread.
class system_random final : public random_source {
  public:
    // Throws std::runtime_error if the generator fails: nothing can be trusted then.
    void fill(std::span<std::byte> bytes) override;
};

// `bits` random bits (rounded up to whole bytes) in base64url without padding: 43 characters for
// 256.
[[nodiscard]] auto random_token(random_source& random, std::size_t bits = 256) -> std::string;

}  // namespace tenon::host
