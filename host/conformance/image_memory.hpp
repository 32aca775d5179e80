// Where a loaded library lies in memory, and a second copy of a file to load.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::host::conformance {

struct image_memory {
    std::uintptr_t begin = 0, end = 0;  // all of it
    std::vector<std::pair<std::uintptr_t, std::uintptr_t>>
        writable;  // its own data, relro included
};

// Of the library that this address lies in.
[[nodiscard]] auto memory_of(const void* address) -> image_memory;
// Does a word in the reader's data lie within the target?
[[nodiscard]] auto points_into(const image_memory& reader, const image_memory& target) -> bool;

// The bytes under another path, until it goes.
class file_copy {
  public:
    explicit file_copy(std::string_view bytes);
    ~file_copy();
    file_copy(const file_copy&) = delete;
    auto operator=(const file_copy&) -> file_copy& = delete;
    [[nodiscard]] auto path() const -> std::string;

  private:
    int descriptor_;
};

}  // namespace tenon::host::conformance
