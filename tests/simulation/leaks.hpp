// What must not be readable where people or disks see it: log lines, and the database's files.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string_view>

namespace tenon::simulation {

// How all that the providers issue begins, and the client secret.
inline constexpr std::array<std::string_view, 4> canaries{
    "demo-at-", "demo-rt-", "demo-code-", "demo-secret"};

[[nodiscard]] inline auto leaks(std::string_view text) -> bool {
    return std::ranges::any_of(canaries, [&](std::string_view one) {
        return text.find(one) != std::string_view::npos;
    });
}

// As long as it lives, whatever hosts log, of every level, goes to `look`, and nowhere else.
class log_lines {
  public:
    explicit log_lines(std::function<void(std::string_view line)> look);
    ~log_lines();
    log_lines(const log_lines&) = delete;
    auto operator=(const log_lines&) -> log_lines& = delete;

  private:
    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace tenon::simulation
