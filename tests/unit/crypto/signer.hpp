// An issuer's key pair and the tokens signed with it.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace tenon::test {

class signer {
  public:
    // `RSA`, with that many bits; `P-256`, `P-384` or `secp256k1`; `Ed25519`. Throws
    // std::runtime_error if OpenSSL refuses.
    static auto rsa(unsigned bits) -> signer;
    static auto curve(const char* name) -> signer;
    static auto edwards() -> signer;

    // The public key as a member of a JWKS, with a `kid` unless that is empty.
    [[nodiscard]] auto jwk(std::string_view kid) const -> nlohmann::json;
    // A compact JWS: header and claims as they are, signed as the header's `alg` says (`none` and
    // unknown ones: as RS256 would be).
    [[nodiscard]] auto sign(const nlohmann::json& header, std::string_view payload) const
        -> std::string;

  private:
    explicit signer(evp_pkey_st* key);
    std::shared_ptr<evp_pkey_st> key_;
};

[[nodiscard]] inline auto key_set(const std::vector<nlohmann::json>& keys) -> std::string {
    return nlohmann::json{{"keys", keys}}.dump();
}

}  // namespace tenon::test
