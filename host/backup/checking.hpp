// Reads a backup to its end without a database, and opens what is sealed in it.
#pragma once

#include "backup/format.hpp"
#include "backup/manifest.hpp"
#include "backup/taking.hpp"
#include "crypto/envelope.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tenon::host {

enum class key_state {
    fits,     // it is at hand, and is the one that it was
    missing,  // it is not at hand
    wrong,    // what is at hand under this id is another key
};

struct checked_key {
    std::string id;
    key_state state = key_state::missing;
    std::int64_t values = 0;    // that it seals
    std::int64_t unopened = 0;  // of these, could not be opened although it fits
};

struct checked_backup {
    backup_head head;
    std::vector<checked_key> keys;
    std::int64_t unsealed = 0;  // values that no key sealed: damaged before they were backed up
    std::string digest;         // hex
    std::uint64_t size = 0;
};

// `seal`: the keys at hand; null: none are. Errors: backup_reader's, check_schema's.
[[nodiscard]] auto check_backup(byte_source source, const sealer* seal, const rows_told& told)
    -> result<checked_backup>;

// Can a host serve what is in it, with the keys at hand? Error: not_found, which names the keys
// that are missing or wrong. Values that do not open although their key fits don't matter here: the
// host that the backup is of could not open them either.
[[nodiscard]] auto check_keys_at_hand(const checked_backup& checked) -> result<void>;

// Does every value open? Error: the above, or internal.
[[nodiscard]] auto check_all_opened(const checked_backup& checked) -> result<void>;

}  // namespace tenon::host
