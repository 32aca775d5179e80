// A child that runs one plugin: started, watched, ended.
#pragma once

#include "base/result.hpp"
#include "provider/plugin_image.hpp"
#include "provider/worker_setup.hpp"

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

namespace tenon::host {

// How a worker ends by itself.
enum class worker_exit {
    done = 0,          // its host closed the socket
    not_a_worker = 2,  // started by hand
    confused = 3,      // a message that no host sends
    forbidden = 4,     // its plugin tried a system call that plugins may not make
};

class worker_process {
  public:
    // Executes the program with an empty environment and no descriptors but a socket and the image,
    // in a session of its own. Ends with the thread that called this: one that lives as long as the
    // host. Error: internal (no process, no descriptors).
    [[nodiscard]] static auto start(const worker_program& program, const plugin_image& image)
        -> result<worker_process>;
    worker_process(worker_process&& other) noexcept;
    auto operator=(worker_process&& other) noexcept -> worker_process&;
    // Ends it, and waits for that.
    ~worker_process();

    // The host's end, non-blocking. It stays this object's.
    [[nodiscard]] auto socket() const noexcept -> int { return socket_; }
    // Gives it away: to be closed by whoever takes it.
    [[nodiscard]] auto release_socket() noexcept -> int;
    [[nodiscard]] auto pid() const noexcept -> pid_t { return pid_; }

    // At once, whatever it is at. Any thread.
    void kill() const noexcept;
    // What it has used of the processor so far; 0 where that can't be told.
    [[nodiscard]] auto processor_time() const noexcept -> std::chrono::nanoseconds;
    // How it ended, in words (`SIGSEGV`, `exit code 3`), once it has; never waits.
    [[nodiscard]] auto ended() -> std::optional<std::string>;

  private:
    worker_process(pid_t pid, int socket) noexcept : pid_(pid), socket_(socket) {}
    void end() noexcept;

    pid_t pid_ = -1;
    int socket_ = -1;
    std::optional<std::string> ended_;
};

}  // namespace tenon::host
