// ID tokens of OpenID Connect, checked before a word of them is believed.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "provider/registry.hpp"

#include <boost/asio/awaitable.hpp>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace tenon::host {

// Public keys of issuers, by address. Any thread.
class signing_keys {
  public:
    struct key_set {
        std::string jwks;
        time_point fetched_at{};
    };
    [[nodiscard]] auto find(const std::string& url) -> std::optional<key_set>;
    void put(const std::string& url, key_set keys);

  private:
    std::mutex guard_;
    std::unordered_map<std::string, key_set> sets_;
};

struct verified_identity {
    std::string subject;  // `sub`
    std::string claims;   // JSON
};

// Signature by the issuer's JWKS (cached for a day; fetched anew for an unknown key, at most once a
// minute), iss, aud, exp and, where one was sent, nonce, as they were at `received_at`: what is
// replayed may have been good when it came. Errors: provider_error (refused),
// provider_unavailable (no JWKS to be had).
auto verify_identity(
    oauth_context& context, provider_handle provider, secret id_token, std::string client_id,
    std::string nonce, time_point received_at
) -> boost::asio::awaitable<result<verified_identity>>;

}  // namespace tenon::host
