// Whose word on the client's address counts.
#pragma once

#include "base/network.hpp"
#include "http/fields.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

class trusted_proxies {
  public:
    // Addresses and prefixes: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`. Throws std::invalid_argument
    // naming a wrong one.
    explicit trusted_proxies(const std::vector<std::string>& prefixes);

    // A v4 address mapped into v6 counts as v4.
    [[nodiscard]] auto trusts(std::string_view address) const -> bool;

    struct sender {
        std::string address;
        bool secure;
    };
    // Who sent it: `peer` itself unless it is trusted; else X-Forwarded-For read from the right up
    // to the first address that isn't trusted, or isn't an address. X-Forwarded-Proto counts from a
    // trusted peer only.
    [[nodiscard]] auto sender_of(std::string_view peer, bool secure, const header_fields& headers)
        const -> sender;

  private:
    std::vector<ip_network> networks_;
};

}  // namespace tenon::host
