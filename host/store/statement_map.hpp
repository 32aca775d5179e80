// Prepared statements by their text. Only the engines use this.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tenon::host {

struct statement_hash {
    using is_transparent = void;
    auto operator()(std::string_view text) const noexcept -> std::size_t {
        return std::hash<std::string_view>{}(text);
    }
};

template <class T>
using statement_map = std::unordered_map<std::string, T, statement_hash, std::equal_to<>>;

}  // namespace tenon::host
