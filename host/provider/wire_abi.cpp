#include "provider/wire_abi.hpp"

namespace tenon::host {

auto as_str(std::string_view text) -> tenon_str {
    return {text.data(), text.size()};
}

auto wire_lists::pairs(wire_reader& from) -> tenon_kvs {
    constexpr std::size_t least = 24;
    const auto count = from.count(least);
    auto& list = pairs_.emplace_back();
    list.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto key = from.text();
        const auto value = from.text();
        list.push_back({as_str(key), as_str(value), from.number32(), 0});
    }
    return {list.data(), list.size()};
}

auto wire_lists::texts(wire_reader& from) -> tenon_strs {
    constexpr std::size_t least = 8;
    const auto count = from.count(least);
    auto& list = texts_.emplace_back();
    list.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        list.push_back(as_str(from.text()));
    }
    return {list.data(), list.size()};
}

}  // namespace tenon::host
