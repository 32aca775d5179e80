// The keyring on disk: text that `tenon keyring` edits and an operator can read.
#pragma once

#include "crypto/keyring.hpp"

#include <filesystem>
#include <functional>

namespace tenon::host {

// The format, one key a line, oldest first; `*` marks the one that was promoted, if any; `#` begins
// a comment:
//
//     # Tenon's key file. Keep it as safe as the database, and apart from it.
//       3f2a9c01 0123456789abcdef…(64 hexadecimal digits, or base64)
//     * b7e21d44 fedcba9876543210…
//
// Comments other than the head are not kept when the file is edited.

// Errors: not_found (no file), invalid_request (names the line, never its key; or: others may read
// the file, with the chmod that mends it).
[[nodiscard]] auto load_key_file(const std::filesystem::path& path) -> result<keyring>;

// Replaces the file at once or not at all (temporary file, fsync, rename, fsync of the folder),
// mode 0600. Error: internal, with the system's reason.
[[nodiscard]] auto save_key_file(const std::filesystem::path& path, const keyring& keys)
    -> result<void>;

// Loads (none: empty), lets `change` edit, saves; under a lock file, so that two commands do not
// lose each other's key.
[[nodiscard]] auto edit_key_file(
    const std::filesystem::path& path, const std::function<result<void>(keyring&)>& change
) -> result<void>;

// The salt of a passphrase: read, or made at the first start. Not a secret, but lost with it all is
// lost: mode 0600, next to the database. The file's text is `pbkdf2-sha256 ROUNDS HEX`. Errors:
// invalid_request (damaged), internal (can't be written).
struct passphrase_salt {
    std::string salt;
    std::uint32_t rounds = min_passphrase_rounds;
};
[[nodiscard]] auto load_or_make_salt(const std::filesystem::path& path, random_source& random)
    -> result<passphrase_salt>;

}  // namespace tenon::host
