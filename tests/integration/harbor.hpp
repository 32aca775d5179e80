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
// `crashes`, `steers`.
[[nodiscard]] auto harbor_build(const std::string& name) -> std::filesystem::path;

// What the operator demands of plugins. Where it is signatures, each build that is put is signed
// with the one key of the configuration.
enum class demands { pins, signatures };

class harbor {
  public:
    // With build `one` installed and approved. `config`: further lines of the configuration;
    // `isolation`: of its section, where it is said.
    explicit harbor(
        demands what = demands::pins, const std::string& config = "",
        const std::string& isolation = ""
    );

    [[nodiscard]] auto host() -> host_process& { return *host_; }
    [[nodiscard]] auto provider() -> sim::stage& { return sim_->on_stage(); }
    [[nodiscard]] auto folder() const -> const std::filesystem::path& { return plugins_; }
    [[nodiscard]] auto file() const -> std::filesystem::path { return plugins_ / "harbor.so"; }

    // `tenon --config … plugin ARGUMENTS…`
    auto plugin(std::vector<std::string> arguments) -> ended;
    // Installs a build under Harbor's name, approved.
    void install(const std::string& build);
    // Puts a build where the approved one was, without approving anything.
    void put(const std::string& build);
    // POST /api/plugins/reload: what became of harbor.so.
    auto reload() -> nlohmann::json;

    // A client of the operator's key; an empty user: for none.
    [[nodiscard]] auto api(const std::string& user = "ann") -> http_client;
    // A whole connect: the connection's id. Throws std::runtime_error where it does not work out.
    auto connected(const std::string& user = "ann") -> std::string;
    // The status of that provider in GET …/providers, with its message.
    auto listed() -> nlohmann::json;

  private:
    [[nodiscard]] auto trust_config(demands what) -> std::string;
    auto signature_of(const std::string& build) -> std::filesystem::path;

    temp_dir dir_;
    std::filesystem::path plugins_;
    std::string key_file_;  // where signatures are demanded
    std::unique_ptr<sim::server> sim_;
    std::unique_ptr<host_process> host_;
};

}  // namespace tenon::test
