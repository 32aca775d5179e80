// The sealed values among the rows of a table.
#pragma once

#include "base/result.hpp"
#include "store/sealed_places.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

class sealed_finder {
  public:
    // Columns that are not there hold nothing.
    sealed_finder(std::string_view table, std::span<const std::string> columns);

    // Gives each to `found`; erased ones are left out. Error: invalid_request, a row holds
    // something else where a sealed value or its key should be.
    auto each(const sql_rows& rows, const std::function<void(const sealed_value&)>& found) const
        -> result<void>;

  private:
    struct spot {
        const column_place* place = nullptr;
        std::size_t value = 0;
        std::size_t org = 0;
        std::vector<std::size_t> key;
    };

    [[nodiscard]] static auto read(const spot& where, const sql_row& row)
        -> result<std::optional<sealed_value>>;

    std::vector<spot> spots_;
};

}  // namespace tenon::host
