// What an instance is made of: for this room's own use.
#pragma once

#include "provider/abi_reader.hpp"
#include "provider/any_op.hpp"
#include "provider/egress.hpp"
#include "provider/generation_trial.hpp"
#include "provider/registry.hpp"

#include <memory>
#include <vector>

namespace tenon::host {

struct provider_parts {
    plugin_seat seat;
    provider_settings settings;
    descriptor about;
    egress_policy egress;
    std::vector<key_value> config;            // as each operation gets it
    std::shared_ptr<generation_trial> trial;  // is told how operations end; null: nobody asks
};

struct operation_access {
    static auto parts(const provider_instance& instance) -> const provider_parts& {
        return *instance.parts_;
    }
};

}  // namespace tenon::host
