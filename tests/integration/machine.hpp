// Another machine: a world's configuration with a directory and a database of its own, where
// nothing runs until it is started.
#pragma once

#include "integration/world.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tenon::test {

// Once a test case: it runs on both.
inline auto any_engine() -> engine {
    return GENERATE(engine::sqlite, engine::postgresql);
}

class machine {
  public:
    // `from`'s configuration as it is now; with another encryption key where one is given.
    machine(world& from, engine stored_in, const std::string& key = encryption_key);

    // `tenon ARGUMENTS --config ITS`, to its end.
    auto tenon(std::vector<std::string> arguments) -> ended;
    // The same, not waited for.
    auto begin(std::vector<std::string> arguments) -> std::unique_ptr<process>;
    // Serves.
    auto start() -> host_process&;
    // A client of the operator's key on that host.
    [[nodiscard]] auto api(const std::string& user = "ann") -> http_client;

    [[nodiscard]] auto data_dir() const -> std::filesystem::path { return dir_->path() / "moved"; }
    // What a query on its database answers: one number.
    [[nodiscard]] auto count(const std::string& query) const -> std::int64_t;
    [[nodiscard]] auto database_url() const -> const std::string& { return url_; }

  private:
    [[nodiscard]] auto command_of(std::vector<std::string> arguments) const -> command;

    std::shared_ptr<temp_dir> dir_ = std::make_shared<temp_dir>();
    std::string url_;
    std::string config_;
    std::unique_ptr<host_process> host_;
};

// A world whose key is the configuration's, so that a machine of its own has it too.
[[nodiscard]] auto portable_options(engine stored_in, bool rotation = false) -> world_options;

// `tenon backup FILE` with the host's own configuration; fails the test where it does.
auto back_up(world& here, const std::filesystem::path& file) -> ended;

}  // namespace tenon::test
