// Events that metrics count. Called from any thread; must not block.
#pragma once

#include "base/error.hpp"

#include <string_view>

namespace tenon::host {

// Why a connection must be reconnected.
enum class expiry_cause {
    revoked,  // the provider ended the grant
    lapsed,   // the token has ended, and nothing renews it
};
// Why an operator should look at a provider.
enum class alarm_cause {
    client_refused,  // it refuses the client id or secret
    refusals,        // it called many grants dead at once
    other_account,   // it answered a refresh for another account
    rate_limited,    // it limits the client, whose requests wait
};

class oauth_observer {
  public:
    virtual ~oauth_observer() = default;
    // An operation of a provider's ended: outcome is `ok`, or what ended_as() says of the
    // failure.
    virtual void operation_ended(
        std::string_view provider, std::string_view operation, std::string_view outcome,
        double seconds
    ) = 0;
    // A connection must be reconnected.
    virtual void connection_expired(std::string_view provider, expiry_cause cause) = 0;
    // The operator's credentials at the provider look wrong.
    virtual void provider_alarm(std::string_view provider, alarm_cause cause) = 0;
    // Tokens that were to be revoked: as the verbs call what became of them, or `given_up`.
    virtual void revocation_ended(std::string_view provider, std::string_view outcome) = 0;
    // A token was read: `hit` from the cache, `miss`, `waited` for a refresh.
    virtual void token_read(std::string_view how) = 0;
};

}  // namespace tenon::host
