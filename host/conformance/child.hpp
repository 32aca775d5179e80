// A check in a process of its own.
#pragma once

#include "conformance/job.hpp"
#include "conformance/report.hpp"

#include <sys/types.h>
#include <chrono>

namespace tenon::host::conformance {

// Forked from a process that never loaded a plugin and has one thread; it ends by itself, by a
// signal that its own handlers tell of, by using up its CPU time, or is killed.
class child {
  public:
    using clock = std::chrono::steady_clock;

    // Throws std::system_error where the system gives no process.
    child(const check& about, const job& what);
    ~child();
    child(const child&) = delete;
    auto operator=(const child&) -> child& = delete;

    // Readable when it has ended.
    [[nodiscard]] auto descriptor() const -> int { return pid_descriptor_; }
    [[nodiscard]] auto ends_at() const -> clock::time_point { return ends_at_; }
    void kill() noexcept;
    // Waits for its end.
    [[nodiscard]] auto result() -> check_result;

  private:
    [[nodiscard]] auto judge(int status, std::string written) const -> check_result;

    const check* about_;
    pid_t pid_ = -1;
    int pid_descriptor_ = -1, answer_ = -1, output_ = -1;
    bool killed_ = false;
    clock::time_point began_at_, ends_at_;
};

}  // namespace tenon::host::conformance
