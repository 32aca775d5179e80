// What time it is, and waiting. Injected, so that tests and simulations never sleep.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::host {

// Milliseconds since the epoch, as the database has them.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;
using milliseconds = std::chrono::milliseconds;

class clock {
  public:
    virtual ~clock() = default;
    // The wall clock. Any thread.
    [[nodiscard]] virtual auto now() const noexcept -> time_point = 0;
};

class system_clock final : public clock {
  public:
    [[nodiscard]] auto now() const noexcept -> time_point override;
};

// RFC 3339 in UTC with milliseconds where there are any: `2026-11-21T10:00:00Z`.
[[nodiscard]] auto to_rfc3339(time_point when) -> std::string;
// The reverse, with any offset and up to nanoseconds (cut to milliseconds); nothing if it is not
// RFC 3339.
[[nodiscard]] auto from_rfc3339(std::string_view text) -> std::optional<time_point>;

}  // namespace tenon::host
