// A digest of what comes piece by piece: of files that do not fit into memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tenon::host {

class running_sha256 {
  public:
    running_sha256();
    ~running_sha256();
    running_sha256(running_sha256&&) noexcept;
    auto operator=(running_sha256&&) noexcept -> running_sha256&;
    running_sha256(const running_sha256&) = delete;
    auto operator=(const running_sha256&) -> running_sha256& = delete;

    void add(std::string_view bytes);
    // 32 raw bytes (FIPS 180-4), of all that was added. Once.
    [[nodiscard]] auto finish() -> std::string;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace tenon::host
