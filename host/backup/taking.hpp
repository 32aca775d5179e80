// Makes a backup of a database that others go on writing to.
#pragma once

#include "backup/format.hpp"
#include "backup/manifest.hpp"
#include "base/clock.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tenon::host {

// Rows that were gone through, and how many there are. From the thread that does the work.
using rows_told = std::function<void(std::int64_t done, std::int64_t total)>;

struct taken_backup {
    backup_head head;
    std::vector<key_use> keys;  // without these nothing sealed can be opened
    std::string digest;         // hex
    std::uint64_t size = 0;
};

// Everything as it is at one moment, in one snapshot, some hundred rows in memory at a time; needs
// no key. `tenon`: this version. Errors: conflict (the schema is not one that this binary knows, or
// there is none), storage_unavailable, the sink's.
[[nodiscard]] auto take_backup(
    database& db, const clock& time, const std::string& tenon, byte_sink sink, const rows_told& told
) -> result<taken_backup>;

}  // namespace tenon::host
