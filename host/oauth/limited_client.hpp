// What a provider's limit is of.
#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>

namespace tenon::host {

class provider_instance;

// A client of the operator's at the hosts that give it tokens, or at those of the API that they are
// for: its text is the same at each host of the installation, and names nobody.
using limited_client = id<struct limited_client_tag>;

// A provider is not always one client at one place: grants are renewed by the client that they were
// issued to, whichever is configured since (empty: the configured one), and where connect
// parameters are part of the token endpoint's name each tenant's is another server.
[[nodiscard]] auto limited_client_of(
    const provider_instance& provider, const std::string& client_id,
    const std::map<std::string, std::string>& connect
) -> limited_client;

// The same where its tokens are used: providers count requests to their API by another measure.
// `base_url`: the account's own, where its provider told one.
[[nodiscard]] auto limited_api_of(
    const provider_instance& provider, const std::string& client_id,
    const std::map<std::string, std::string>& connect, const std::string& base_url
) -> limited_client;

// Whose limit it is, for the log. Valid as long as `client`.
[[nodiscard]] auto provider_of(const limited_client& client) -> std::string_view;

// What is told of a request that is not sent for another `wait`: rate_limited, with retry_after.
[[nodiscard]] auto limit_error(const provider_id& provider, milliseconds wait) -> error;

}  // namespace tenon::host
