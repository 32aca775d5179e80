// What a provider's limit is of.
#pragma once

#include "base/ids.hpp"

#include <map>
#include <string>
#include <string_view>

namespace tenon::host {

class provider_instance;

// A client of the operator's at the hosts that give it tokens: its text is the same at each host of
// the installation, and names nobody.
using limited_client = id<struct limited_client_tag>;

// A provider is not always one client at one place: grants are renewed by the client that they were
// issued to, whichever is configured since (empty: the configured one), and where connect
// parameters are part of the token endpoint's name each tenant's is another server.
[[nodiscard]] auto limited_client_of(
    const provider_instance& provider, const std::string& client_id,
    const std::map<std::string, std::string>& connect
) -> limited_client;

// Whose limit it is, for the log. Valid as long as `client`.
[[nodiscard]] auto provider_of(const limited_client& client) -> std::string_view;

}  // namespace tenon::host
