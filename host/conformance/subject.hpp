// The plugin under test, loaded: its providers, each in each of its configurations.
#pragma once

#include "conformance/findings.hpp"
#include "conformance/sample.hpp"
#include "provider/abi_reader.hpp"
#include "provider/egress.hpp"
#include "provider/operation.hpp"

#include <tenon/plugin.h>

#include <functional>
#include <string>
#include <vector>

namespace tenon::host::conformance {

// A library of its own in this process, from the file itself; closed when it goes. A file that the
// loader refuses is thrown as `blocked` by load-now, an entry that makes no sense by entry-plugin.
class opened_plugin {
  public:
    explicit opened_plugin(const std::filesystem::path& path);
    ~opened_plugin();
    opened_plugin(const opened_plugin&) = delete;
    auto operator=(const opened_plugin&) -> opened_plugin& = delete;

    [[nodiscard]] auto entry() const -> tenon_plugin_entry_fn { return entry_; }
    // Its providers, as far as they can be called.
    [[nodiscard]] auto providers() const -> std::vector<const tenon_provider*>;
    void close();

  private:
    void* handle_;
    tenon_plugin_entry_fn entry_ = nullptr;
};

struct subject {
    std::string name;  // `tiktok`, `tiktok [desktop]`
    const tenon_provider* raw = nullptr;
    descriptor about;  // of this configuration
    egress_policy egress;
    std::vector<key_value> config;
    std::map<std::string, std::string> connect;
    std::vector<sample> samples;  // at least one for each operation that it declares
    canaries hidden;
    std::string client_id;
    secret client_secret;
    operation_secrets secrets;

    // Those of the kind that go well, or that are refused.
    [[nodiscard]] auto good(operation_kind kind) const -> std::vector<const sample*>;
    [[nodiscard]] auto refused(operation_kind kind) const -> std::vector<const sample*>;
    [[nodiscard]] auto supports(operation_kind kind) const -> bool { return about.supports(kind); }
};

// All subjects of a plugin. A configuration that is refused is thrown as `blocked` by
// configuration-accepted.
[[nodiscard]] auto subjects_of(const opened_plugin& plugin, const job& about)
    -> std::vector<subject>;

// Loads the plugin and calls `ask` for each; quirks are counted by provider.
using question = std::function<void(const subject&, findings&)>;
void each_subject(const job& about, findings& found, const question& ask);

// As each_subject, for each sample that goes well.
using sample_question = std::function<void(const subject&, const sample&, findings&)>;
void each_sample(const job& about, findings& found, const sample_question& ask);

}  // namespace tenon::host::conformance
