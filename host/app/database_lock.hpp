// Only one host at a time serves from an embedded database.
#pragma once

#include "base/result.hpp"

#include <string_view>

namespace tenon::host {

// Held as long as this lives. Beside the database file and not in data_dir: two hosts may have
// different ones and still share the file, whose leases all belong to one owner.
class database_lock {
  public:
    database_lock() = default;
    ~database_lock();
    database_lock(database_lock&& other) noexcept;
    auto operator=(database_lock&& other) noexcept -> database_lock&;

    // Of the database at that URL: FILE.lock, links resolved. Nothing is locked where it is not an
    // embedded one. Errors: conflict, another host has it; internal, the lock can't be opened.
    [[nodiscard]] static auto take(std::string_view database_url) -> result<database_lock>;

  private:
    int descriptor_ = -1;
};

}  // namespace tenon::host
