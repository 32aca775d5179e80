// Bytes in memory that nobody can change any more, under a path that the dynamic loader can open.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace tenon::host {

// The bytes of a sealed copy, mapped for reading as long as this lives.
class sealed_view {
  public:
    sealed_view(const char* at, std::size_t size) noexcept : at_(at), size_(size) {}
    sealed_view(sealed_view&& other) noexcept
        : at_(std::exchange(other.at_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    auto operator=(sealed_view&&) -> sealed_view& = delete;
    ~sealed_view();
    [[nodiscard]] auto bytes() const noexcept -> std::string_view { return {at_, size_}; }

  private:
    const char* at_;
    std::size_t size_;
};

class sealed_copy {
  public:
    // Error: internal, where the system has no memfd or forbids executable ones.
    [[nodiscard]] static auto make(std::string_view bytes) -> result<sealed_copy>;
    // A descriptor that is one already: a worker's, which its host made.
    [[nodiscard]] static auto adopt(int descriptor) noexcept -> sealed_copy {
        return sealed_copy(descriptor);
    }
    sealed_copy(sealed_copy&& other) noexcept;
    auto operator=(sealed_copy&&) -> sealed_copy& = delete;
    ~sealed_copy();

    // `/proc/self/fd/N`, good as long as this lives.
    [[nodiscard]] auto path() const -> std::string;
    // For a process that is to load it.
    [[nodiscard]] auto descriptor() const noexcept -> int { return descriptor_; }
    // What lies in it, for whoever judges it. Error: internal.
    [[nodiscard]] auto view() const -> result<sealed_view>;
    // Keeps the descriptor open for the rest of the process.
    void leak() noexcept { descriptor_ = -1; }

  private:
    explicit sealed_copy(int descriptor) noexcept : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

}  // namespace tenon::host
