// From a plugin and a section of the configuration to an instance. For this room's own use.
#pragma once

#include "base/clock.hpp"
#include "provider/abi_reader.hpp"
#include "provider/approval.hpp"
#include "provider/generation_trial.hpp"
#include "provider/plugin_source.hpp"
#include "provider/registry.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tenon::host {

// What an instance is made from.
struct provider_draft {
    std::shared_ptr<plugin_source> source;
    plugin_seat seat;
    provider_settings settings;
    std::shared_ptr<const plugin_approval> approved = {};  // null: it needs none
    std::shared_ptr<generation_trial> trial = {};          // null: it is not on trial
    const plugin_provider* loaded = nullptr;  // by somebody else, in this process; then no seat

    // As the plugin describes it before any configuration.
    [[nodiscard]] auto plugin_about() const -> const descriptor& {
        return loaded == nullptr ? seat.provider().about : loaded->about;
    }
};

struct described_provider {
    descriptor about;
    trusted_origins named;          // those that the configuration, or its issuer, names
    std::vector<key_value> config;  // as each operation gets it
};

// The issuer's metadata as far as it matters here; empty text: none yet.
struct discovered_metadata {
    std::string json;
    bool loopback = false;  // it came from a loopback address: its endpoints may lie on one, too
};

// Checks the section against the plugin's form and asks its DESCRIBE, if it has one: blocks, where
// that runs in a worker, for as long as a start and a step may take. Error:
// provider_misconfigured; the details name each key of the section.
[[nodiscard]] auto describe_provider(
    const provider_draft& draft, const discovered_metadata& fetched, time_point now
) -> result<described_provider>;

// Does the description keep within what was approved of the plugin? Whatever it says here counts,
// not what it said when it was installed: a description may depend on the configuration. Error:
// provider_misconfigured, with details.
[[nodiscard]] auto check_approval(const provider_draft& draft, const described_provider& described)
    -> result<void>;

// Is everything there that a flow needs beside the plugin's own keys? Error:
// provider_misconfigured, with details.
[[nodiscard]] auto check_client(const provider_settings& settings, const descriptor& about)
    -> result<void>;

// Error: provider_misconfigured (the origin mapping).
[[nodiscard]] auto make_instance(const provider_draft& draft, described_provider described)
    -> result<provider_handle>;

}  // namespace tenon::host
