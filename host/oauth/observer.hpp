// Events that metrics count. Called from any thread; must not block.
#pragma once

#include "base/error.hpp"

#include <string_view>

namespace tenon::host {

class oauth_observer {
  public:
    virtual ~oauth_observer() = default;
    // An operation of a provider's ended: outcome is `ok` or the failure's category in words.
    virtual void operation_ended(
        std::string_view provider, std::string_view operation, std::string_view outcome,
        double seconds
    ) = 0;
    // A connection must be reconnected.
    virtual void connection_expired(std::string_view provider, std::string_view reason) = 0;
    // The operator's credentials at the provider look wrong.
    virtual void provider_alarm(std::string_view provider, std::string_view reason) = 0;
    // A token was read: `hit` from the cache, `miss`, `waited` for a refresh.
    virtual void token_read(std::string_view how) = 0;
};

}  // namespace tenon::host
