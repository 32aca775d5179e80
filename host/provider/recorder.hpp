// Live traffic made a cassette.
#pragma once

#include "base/outbound.hpp"
#include "provider/cassette.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tenon::host {

// Passes everything on, and keeps what was asked and answered. Holds secrets: for redact() alone.
class recording_http final : public outbound_http {
  public:
    explicit recording_http(outbound_http& real) : real_(real) {}
    auto send(outbound_request request) -> boost::asio::awaitable<outbound_response> override;
    [[nodiscard]] auto exchanges() const -> const std::vector<cassette_exchange>& {
        return exchanges_;
    }

  private:
    outbound_http& real_;
    std::vector<cassette_exchange> exchanges_;
};

// A secret that is known to the operation, and what it is called: `access_token`.
using known_secrets = std::vector<std::pair<std::string, std::string>>;

// Takes out what nobody else may see: the known secrets wherever they stand; in JSON bodies every
// text whose member's name says token, secret, code, password, key, cookie or session, an ID token
// down to its `sub`, and e-mail addresses; of the headers all but those that plugins read. Equal
// secrets get equal placeholders. Look through what comes of it all the same: a provider may repeat
// a person's name.
[[nodiscard]] auto redact(cassette recorded, const known_secrets& known) -> cassette;

}  // namespace tenon::host
