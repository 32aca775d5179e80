// Bytes in memory that nobody can change any more, under a path that the dynamic loader can open.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

class sealed_copy {
  public:
    // Error: internal, where the system has no memfd or forbids executable ones.
    [[nodiscard]] static auto make(std::string_view bytes) -> result<sealed_copy>;
    sealed_copy(sealed_copy&& other) noexcept;
    auto operator=(sealed_copy&&) -> sealed_copy& = delete;
    ~sealed_copy();

    // `/proc/self/fd/N`, good as long as this lives.
    [[nodiscard]] auto path() const -> std::string;
    // Keeps the descriptor open for the rest of the process.
    void leak() noexcept { descriptor_ = -1; }

  private:
    explicit sealed_copy(int descriptor) noexcept : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

}  // namespace tenon::host
