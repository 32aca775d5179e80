// A registry over one folder of plugins, whose providers answer from a script.
#pragma once

#include "unit/provider/fixture.hpp"

namespace tenon::test {

struct deployment {
    deployment(const std::string& folder, std::vector<provider_settings> sections)
        : providers({{}, std::move(sections), {}, folder}, http, time) {}

    auto perform(const std::string& name, operation_request request) -> operation_result {
        auto found = providers.find(name);
        REQUIRE(found.has_value());
        return run(run_operation(*found, std::move(request), http, time));
    }

    standing_clock time;
    scripted_http http{time};
    registry providers;
};

}  // namespace tenon::test
