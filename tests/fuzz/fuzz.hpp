// What the fuzz targets have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

// libFuzzer's entry: one input, any bytes.
extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int;

namespace tenon::fuzz {

inline auto text_of(const std::uint8_t* data, std::size_t size) -> std::string_view {
    return {reinterpret_cast<const char*>(data), size};
}

// A property that must hold for every input: libFuzzer reports an abort as it does a crash.
inline void must(bool holds, std::string_view what) {
    if (!holds) {
        std::cerr << "broken: " << what << '\n';
        std::abort();
    }
}

// The first line, and all behind it: two texts out of one input.
inline auto first_line(std::string_view input) -> std::pair<std::string_view, std::string_view> {
    const auto end = input.find('\n');
    return end == input.npos ? std::pair(input, std::string_view())
                             : std::pair(input.substr(0, end), input.substr(end + 1));
}

}  // namespace tenon::fuzz
