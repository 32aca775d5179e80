// A deployment with a provider that did not come with the host: the operator's folder of plugins,
// an approval in it, and the simulated provider that Harbor's origin is mapped to.
#pragma once

#include "support/host_process.hpp"
#include "support/http_client.hpp"
#include "support/simulator/server.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace tenon::test {

// A build of Harbor: `one`, `two`, `collects`, `hides`, `loses_state`, `breaks`,
// `crashes`.
[[nodiscard]] auto harbor_build(const std::string& name) -> std::filesystem::path;

class harbor {
  public:
    // With build `one` installed and approved. `config`: further lines of the configuration.
    explicit harbor(const std::string& config = "");

    [[nodiscard]] auto host() -> host_process& { return *host_; }
    [[nodiscard]] auto provider() -> sim::stage& { return sim_->on_stage(); }
    [[nodiscard]] auto folder() const -> const std::filesystem::path& { return plugins_; }
    [[nodiscard]] auto file() const -> std::filesystem::path { return plugins_ / "harbor.so"; }

    // `tenon --config … plugin ARGUMENTS…`
    auto plugin(std::vector<std::string> arguments) -> ended;
    // Installs a build under Harbor's name, approved.
    void install(const std::string& build);
    // Puts a build where the approved one was, as somebody would who approves nothing.
    void put(const std::string& build);
    // POST /api/plugins/reload: what became of harbor.so.
    auto reload() -> nlohmann::json;

    [[nodiscard]] auto api(const std::string& user = "ann") -> http_client;
    // A whole connect: the connection's id. Throws std::runtime_error where it does not work out.
    auto connected(const std::string& user = "ann") -> std::string;
    // The status of that provider in GET …/providers, with its message.
    auto listed() -> nlohmann::json;

  private:
    temp_dir dir_;
    std::filesystem::path plugins_;
    std::unique_ptr<sim::server> sim_;
    std::unique_ptr<host_process> host_;
};

}  // namespace tenon::test
