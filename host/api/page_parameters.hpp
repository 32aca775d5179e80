// `limit` and `cursor` of a list.
#pragma once

#include "base/result.hpp"

#include <string>

namespace tenon::host {

struct request;

inline constexpr std::size_t largest_page = 500;

struct page_parameters {
    std::size_t limit = 0;
    std::string cursor;  // empty: from the start
};

// `usual`: the limit where none is given. Error: invalid_request (limit is no number from 1 to
// largest_page).
[[nodiscard]] auto page_of(const request& from, std::size_t usual = 50) -> result<page_parameters>;

}  // namespace tenon::host
