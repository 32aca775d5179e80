// The host's configuration of a world. For its own use.
#pragma once

#include "integration/world.hpp"

namespace tenon::test {

// `name`: the provider's in the API; `url`: where it is played; `database`: PostgreSQL's, or empty.
[[nodiscard]] auto to_host_options(
    const world_options& options, const std::string& name, const std::string& url,
    const std::string& database
) -> host_options;

}  // namespace tenon::test
