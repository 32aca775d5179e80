// The keys that everything stored is sealed under: ordered, each with an id, one of them current.
#pragma once

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

inline constexpr std::size_t key_size = 32;         // bytes: AES-256
inline constexpr std::size_t max_key_id_size = 64;  // characters: letters, digits, `.`, `_` and `-`

// Key-encryption keys. What is sealed with any of them can be opened; new data is sealed with the
// current one. A value: copies hold the keys again. Not for use by two threads while one changes
// it.
class keyring {
  public:
    // What may be shown of a key.
    struct entry {
        std::string id;
        bool current = false;
    };

    // Adds a key of key_size bytes behind the others; the first one is current until another is
    // promoted. An empty id
    // stands for derived_id(). Adding what is there changes nothing. Errors: invalid_request
    // (length, id), conflict (the id has another key).
    auto add(secret key, std::string id = {}) -> result<void>;
    // Makes a key new, adds it and answers its id; promote() is another step, once every host has
    // it.
    auto generate(random_source& random) -> result<std::string>;
    // New data is sealed with this key from now on. Error: not_found.
    auto promote(std::string_view id) -> result<void>;

    // Was the current key chosen, or is it the first one because none was?
    [[nodiscard]] auto has_promoted() const noexcept -> bool { return promoted_.has_value(); }

    [[nodiscard]] auto list() const -> std::vector<entry>;
    [[nodiscard]] auto empty() const noexcept -> bool { return keys_.empty(); }
    // Empty if there is no key.
    [[nodiscard]] auto current_id() const noexcept -> std::string_view;
    // Null if it isn't there; valid until the next change.
    [[nodiscard]] auto find(std::string_view id) const noexcept -> const secret*;
    // The id that a key has here; empty if it isn't there.
    [[nodiscard]] auto id_of(const secret& key) const noexcept -> std::string_view;

    // The first 8 hexadecimal digits of the key's SHA-256.
    [[nodiscard]] static auto derived_id(const secret& key) -> std::string;

  private:
    struct named_key {
        std::string id;
        secret key;
    };
    std::vector<named_key> keys_;
    std::optional<std::size_t> promoted_;
};

// A key as operators write it: 64 hexadecimal digits, or base64 of 32 bytes (either alphabet,
// padded or not). Error: invalid_request, which says what is expected and how to make one; never
// the text.
[[nodiscard]] auto parse_key(std::string_view text) -> result<secret>;

// PBKDF2-HMAC-SHA256 (RFC 8018 5.2). The salt is stored beside what the key seals; the same salt
// and rounds make the same key.
inline constexpr std::uint32_t min_passphrase_rounds = 600'000;
inline constexpr std::size_t passphrase_salt_size = 16;
// Takes a few tenths of a second. Error: invalid_request (fewer rounds, a shorter salt, an empty
// passphrase).
[[nodiscard]] auto key_from_passphrase(
    const secret& passphrase, std::string_view salt, std::uint32_t rounds
) -> result<secret>;

}  // namespace tenon::host
