// The cryptography that a provider does: hashes, encodings and RS256. Of its own, apart from the
// host's, so that one checks the other.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace tenon::sim {

[[nodiscard]] auto sha256(std::string_view bytes) -> std::string;  // 32 bytes
[[nodiscard]] auto hmac_sha256(std::string_view key, std::string_view message)
    -> std::string;                                                // 32 bytes
[[nodiscard]] auto to_hex(std::string_view bytes) -> std::string;  // lower case
[[nodiscard]] auto to_base64url(std::string_view bytes)
    -> std::string;  // without padding (RFC 7636 A)
[[nodiscard]] auto to_base64(std::string_view bytes)
    -> std::string;  // the standard alphabet, padded
[[nodiscard]] auto from_base64(std::string_view text)
    -> std::optional<std::string>;  // the standard alphabet, padded

// An RSA key of 2048 bits that signs ID tokens, made when it is first needed.
class signing_key {
  public:
    signing_key();
    ~signing_key();
    signing_key(const signing_key&) = delete;
    auto operator=(const signing_key&) -> signing_key& = delete;

    // Makes another key, with another `kid`.
    void rotate();
    // The public half as a JSON Web Key Set (RFC 7517).
    [[nodiscard]] auto jwks() -> nlohmann::json;
    // A JWT in compact form, RS256 (RFC 7515 A.2).
    [[nodiscard]] auto sign(const nlohmann::json& claims) -> std::string;

  private:
    void ensure();

    struct free_key {
        void operator()(evp_pkey_st* key) const noexcept;
    };
    std::unique_ptr<evp_pkey_st, free_key> key_;
    std::string modulus_, exponent_, kid_;
};

}  // namespace tenon::sim
