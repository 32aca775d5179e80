// Where the keys come from that everything stored is sealed under.
#pragma once

#include "base/config.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "crypto/envelope.hpp"
#include "crypto/keyring.hpp"
#include "store/database.hpp"

#include <filesystem>

namespace tenon::host {

// The key file that `tenon keyring` edits: encryption.key_file, else `keyring` in data_dir.
[[nodiscard]] auto key_file_of(const settings& values) -> std::filesystem::path;

// All keys of the key file, of the configuration or environment, and of the passphrase. Current is
// the one of the file that was promoted; else the configuration's first, the passphrase's, the
// file's first. Where there is none: an embedded database gets a key file made,
// which is said on the log; PostgreSQL is refused, for two hosts would each make their own. Errors:
// invalid_request, internal.
[[nodiscard]] auto load_keyring(const settings& values, random_source& random) -> result<keyring>;
// The same, where a key must be there already: none is made. Error also: not_found.
[[nodiscard]] auto load_existing_keyring(const settings& values, random_source& random)
    -> result<keyring>;

// Could the keyring be loaded? Makes nothing. Errors: as load_keyring.
[[nodiscard]] auto check_key_sources(const settings& values) -> result<void>;

// Compares each key with the canary that the database holds of it, and leaves one for each new key.
// Errors: internal, naming the key id: a key that is not the one that it was, or one that is
// missing while values are sealed with it; storage_unavailable.
[[nodiscard]] auto check_keys(database& db, const sealer& seal, const clock& time) -> result<void>;

}  // namespace tenon::host
