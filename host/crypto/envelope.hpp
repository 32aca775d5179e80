// How credentials are sealed: AES-256-GCM under a key of the row's own, bound to the place where
// the value is stored.
#pragma once

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/keyring.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// Where a sealed value lives. It can't be opened anywhere else: not in another field, row or
// organization.
struct sealed_place {
    std::string_view org;
    std::string_view row;    // the row's id
    std::string_view field;  // `grants.access_token`
};

// The sealed value: version (1 byte, = 1), length of the key id (1 byte), key id, nonce (12 bytes),
// ciphertext as long as the plaintext, tag (16 bytes). The key is HKDF-SHA256 (RFC 5869) of the
// key-encryption key, without salt, with info = "tenon/1", org and row, each length-prefixed; the
// additional data are all that precedes the nonce, org, row and field, likewise.
inline constexpr char envelope_version = 1;

// The id of the key that a value is sealed under; nothing if it is no sealed value. The view is
// into `sealed`.
[[nodiscard]] auto key_id_of(std::string_view sealed) noexcept -> std::optional<std::string_view>;

// Seals and opens. Any thread; opening costs about a microsecond and takes no lock.
class sealer {
  public:
    // `random` must outlive it. Throws std::invalid_argument if `keys` is empty.
    sealer(keyring keys, random_source& random);
    ~sealer();
    sealer(const sealer&) = delete;
    auto operator=(const sealer&) -> sealer& = delete;

    // Seals with the current key. Throws std::runtime_error only if OpenSSL or the random source
    // fails.
    [[nodiscard]] auto seal(const sealed_place& place, std::string_view plaintext) const
        -> std::string;
    [[nodiscard]] auto seal(const sealed_place& place, const secret& plaintext) const
        -> std::string {
        return seal(place, plaintext.reveal());
    }

    // Errors, all `internal`: the key is not in the keyring (named, with what to do), or the value
    // was tampered with, moved from another place or sealed under a different key of the same id
    // (one text for all three).
    [[nodiscard]] auto open(const sealed_place& place, std::string_view sealed) const
        -> result<secret>;

    // What stands for a text that must be found again and never read: its HMAC-SHA256 (32 bytes)
    // under a key of that purpose alone, derived as a row's is, with info = "tenon/blind" and
    // purpose. One of each key, the current one's first: what was stored under an earlier one is
    // found.
    [[nodiscard]] auto blinded(std::string_view purpose, std::string_view text) const
        -> std::vector<std::string>;

    // Valid as long as the sealer.
    [[nodiscard]] auto current_key_id() const noexcept -> std::string_view;
    [[nodiscard]] auto knows_key(std::string_view key_id) const noexcept -> bool;
    // Every key id, oldest first.
    [[nodiscard]] auto key_ids() const -> std::vector<std::string>;

    // The canary: a known text sealed under the key of that id, to be stored once a key, so that a
    // wrong key is a clear error at the start and not a hundred dead connections later. Error:
    // internal, the key is not in the keyring.
    [[nodiscard]] auto make_check(std::string_view key_id) const -> result<std::string>;
    // Error: internal, which names the key id and what to do.
    [[nodiscard]] auto verify_check(std::string_view key_id, std::string_view check) const
        -> result<void>;

    // Takes another keyring (SIGHUP); calls under way finish with the one they began with. Error:
    // invalid_request (empty).
    auto replace(keyring keys) -> result<void>;

  private:
    struct key_set;
    [[nodiscard]] auto keys() const noexcept -> const key_set& {
        return *active_.load(std::memory_order_acquire);
    }

    random_source& random_;
    std::mutex replacing_;
    // Old sets stay until the end: readers hold no reference, and a keyring changes a few times a
    // year.
    std::vector<std::unique_ptr<const key_set>> sets_;
    std::atomic<const key_set*> active_{nullptr};
};

}  // namespace tenon::host
