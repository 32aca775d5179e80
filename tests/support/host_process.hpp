// The real binary, started as an operator starts it: `tenon serve --config FILE`, on a port that
// the system chooses.
#pragma once

#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::test {

struct host_options {
    // Lines of the configuration beyond the defaults below; `{dir}` stands for the directory of
    // this host. A default whose key begins a line here gives way:
    //   listen: 127.0.0.1:0
    //   data_dir: {dir}/data
    //   database: sqlite:{dir}/data/tenon.db
    std::string config;
    environment variables;
    // {dir}/data is a file system of its own of that size, gone with the process; 0, and where the
    // system lets nobody make one (see own_disk.hpp): a folder.
    int disk_megabytes = 0;
    // A sanitized build on a busy machine needs its time.
    std::chrono::seconds start_deadline{60};
};

// The `tenon` executable of this build.
[[nodiscard]] auto tenon_binary() -> std::string;
// `tenon ARGUMENTS...` to its end, for the verbs that are not `serve`.
auto run_tenon(
    std::vector<std::string> arguments, environment variables = {}, std::string input = {}
) -> ended;

// Whether it comes to be so within a minute: for what a host does in its own time.
auto soon(const std::function<bool()>& is_so) -> bool;

// One host and its directory. Starting throws std::runtime_error, with all that the host printed,
// if no ready line came.
class host_process {
  public:
    // Writes the configuration and starts. With `shared`, the directory is another host's: a second
    // replica, or none.
    explicit host_process(host_options options, std::shared_ptr<temp_dir> shared = nullptr);
    // Stops it if it still runs; a sanitizer's report in the log fails the test.
    ~host_process();
    host_process(const host_process&) = delete;
    auto operator=(const host_process&) -> host_process& = delete;

    // `http://127.0.0.1:PORT`, of the first listener, and of the admin listener where there is one.
    [[nodiscard]] auto url() const -> const std::string& { return url_; }
    [[nodiscard]] auto admin_url() -> std::string;
    [[nodiscard]] auto port() const -> std::uint16_t;
    [[nodiscard]] auto dir() const -> const std::filesystem::path& { return dir_->path(); }
    [[nodiscard]] auto shared_dir() const -> std::shared_ptr<temp_dir> { return dir_; }
    [[nodiscard]] auto config_file() const -> const std::filesystem::path& { return config_file_; }

    // SIGTERM, and the exit code (0 after a clean drain). Throws if it does not end in time.
    auto stop(std::chrono::milliseconds deadline = std::chrono::seconds(30)) -> int;
    // SIGKILL: what a power cut leaves, as far as a process can have one.
    void kill();
    // Starts again on the same data; url() may be another one then. `config` replaces the lines of
    // the options.
    void start(std::optional<std::string> config = std::nullopt);
    void signal(int number);

    // Everything that all its lives printed, standard output and standard error.
    [[nodiscard]] auto log() const -> std::string;
    [[nodiscard]] auto log_file() const -> std::filesystem::path { return log_file_; }
    // Waits until the present life printed `text`.
    auto wait_for_log(
        std::string_view text, std::chrono::milliseconds deadline = std::chrono::seconds(30)
    ) -> bool;
    [[nodiscard]] auto running() -> bool;
    [[nodiscard]] auto id() const -> pid_t;

  private:
    void write_config() const;

    host_options options_;
    std::shared_ptr<temp_dir> dir_;
    std::filesystem::path config_file_;
    std::filesystem::path log_file_;
    std::unique_ptr<process> process_;
    std::string url_;
};

}  // namespace tenon::test
