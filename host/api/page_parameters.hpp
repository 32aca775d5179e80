// `limit` and `cursor` of a list.
#pragma once

#include "base/result.hpp"

#include <string>

namespace tenon::host {

struct request;

inline constexpr std::size_t largest_page = 500;

struct page_parameters {
    std::size_t limit = 50;
    std::string cursor;  // empty: from the start
};

// Error: invalid_request (limit is no number from 1 to largest_page).
[[nodiscard]] auto page_of(const request& from) -> result<page_parameters>;

}  // namespace tenon::host
