// Random bytes that a test can foresee.
#pragma once

#include "base/random.hpp"

namespace tenon::test {

// 0, 1, 2, ... and never the same twice in 256 bytes.
class sequence final : public host::random_source {
  public:
    void fill(std::span<std::byte> bytes) override {
        for (auto& byte : bytes) {
            byte = static_cast<std::byte>(next_++);
        }
    }

  private:
    unsigned char next_ = 0;
};

}  // namespace tenon::test
