// A child process whose output can be waited for.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::test {

using environment = std::vector<std::pair<std::string, std::string>>;

struct command {
    std::vector<std::string> arguments;  // the program first, as a path
    environment
        variables;  // beside PATH, TMPDIR and the sanitizers' options: nothing else is inherited
    std::filesystem::path directory;  // to start in; empty: ours
    std::string input;          // for its standard input, which ends behind it; at most 64 KiB
    std::filesystem::path log;  // what it prints is appended there; empty: kept in memory only
};

// How a process ended: its exit code, or 128 + the signal's number, as a shell has it.
struct ended {
    int code = 0;
    std::string out;
    std::string err;
};

// Owned by the thread that started it: the child is killed when that thread ends.
class process {
  public:
    // Starts it; throws std::runtime_error if that fails.
    explicit process(const command& what);
    // Kills it (SIGKILL) if it still runs.
    ~process();
    process(const process&) = delete;
    auto operator=(const process&) -> process& = delete;

    // Waits until a whole line of standard output begins with `prefix` and answers what follows it.
    // Throws std::runtime_error, with all the output, when the process ends or the deadline passes
    // first.
    auto wait_for_line(std::string_view prefix, std::chrono::milliseconds deadline) -> std::string;
    // Waits until `text` stands anywhere in what it printed, on either stream; false at the
    // deadline or its end.
    auto wait_for_text(std::string_view text, std::chrono::milliseconds deadline) -> bool;

    // What it printed so far.
    [[nodiscard]] auto out() const -> std::string;
    [[nodiscard]] auto err() const -> std::string;
    [[nodiscard]] auto id() const -> pid_t;
    [[nodiscard]] auto running() -> bool;

    void signal(int number);
    // Waits for its end; throws std::runtime_error at the deadline (the process is then killed).
    auto wait(std::chrono::milliseconds deadline) -> ended;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

// Runs a command to its end.
auto run(const command& what, std::chrono::milliseconds deadline = std::chrono::seconds(60))
    -> ended;

}  // namespace tenon::test
