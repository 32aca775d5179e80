// Text that is never shown: wiped when it goes, not printable, compared in constant time only.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tenon::host {

// Overwrites memory in a way that the compiler does not remove.
void wipe(char* data, std::size_t size) noexcept;

class secret {
  public:
    secret() = default;
    explicit secret(std::string text) noexcept : text_(std::move(text)) {}
    secret(const secret&) = default;
    secret(secret&& other) noexcept : text_(std::move(other.text_)) { other.clear(); }
    auto operator=(const secret& other) -> secret&;
    auto operator=(secret&& other) noexcept -> secret&;
    ~secret() { clear(); }

    // The text itself. Each call is a place where a secret leaves its wrapping: keep them few.
    [[nodiscard]] auto reveal() const noexcept -> std::string_view { return text_; }
    [[nodiscard]] auto empty() const noexcept -> bool { return text_.empty(); }
    void clear() noexcept;

    // Takes as long for a difference in the first byte as for one in the last.
    [[nodiscard]] auto equals(const secret& other) const noexcept -> bool;

    auto operator==(const secret&) const -> bool = delete;

  private:
    std::string text_;
};

// A secret has no way into a stream, nor into a log line.
template <class Stream>
auto operator<<(Stream&, const secret&) -> Stream& = delete;

}  // namespace tenon::host
