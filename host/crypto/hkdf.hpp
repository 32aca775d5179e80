// HMAC with a prepared key, and the key derivation made of it. For this room and its tests.
#pragma once

#include "base/secret.hpp"

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tenon::host {

// SHA-256 of the parts in a row, without joining them; `digest` has room for 32 bytes.
void sha256_into(unsigned char* digest, std::initializer_list<std::string_view> parts);

// A key of HMAC-SHA256 (RFC 2104), padded once. Wiped when it goes. Any thread.
class hmac_key {
  public:
    explicit hmac_key(std::string_view key);
    ~hmac_key();
    hmac_key(const hmac_key&) = default;
    auto operator=(const hmac_key&) -> hmac_key& = default;

    // The MAC of both parts in a row; `mac` has room for 32 bytes.
    void mac_into(unsigned char* mac, std::string_view first, std::string_view second = {}) const;

  private:
    std::array<char, 64> inner_{};
    std::array<char, 64> outer_{};
};

// RFC 5869 2.2; an empty salt stands for 32 zero bytes. Answers 32 bytes.
[[nodiscard]] auto hkdf_extract(std::string_view salt, std::string_view input) -> secret;
// RFC 5869 2.3: `size` bytes, at most 8,160; throws std::invalid_argument for more.
[[nodiscard]] auto hkdf_expand(const hmac_key& extracted, std::string_view info, std::size_t size)
    -> secret;
// The same for 32 bytes, into room that the caller wipes.
void hkdf_expand_into(unsigned char* key, const hmac_key& extracted, std::string_view info);

}  // namespace tenon::host
