// Bytes between the host and a worker: little-endian numbers and texts behind their length, in
// frames behind theirs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::host {

// The longest frame that either side takes. An action or a reply that is longer breaks the
// contract.
inline constexpr std::size_t max_frame = 24UL * 1024 * 1024;

class wire_writer {
  public:
    // A frame's length is filled in by frame().
    wire_writer() : out_(sizeof(std::uint32_t), '\0') {}

    void number(std::uint64_t value);
    void text(std::string_view value);
    // The whole frame. The writer is empty afterwards.
    [[nodiscard]] auto frame() -> std::string;

  private:
    std::string out_;
};

// Any bytes are safe to give. After the first fault everything read is empty.
class wire_reader {
  public:
    explicit wire_reader(std::string_view bytes) : left_(bytes) {}

    auto number() -> std::uint64_t;
    // One that fits: a larger one is a fault.
    auto number32() -> std::uint32_t;
    // Points into the bytes.
    auto text() -> std::string_view;
    // How many items follow, each of at least `least` bytes; a count that can't be is a fault.
    auto count(std::size_t least) -> std::size_t;
    void fault() noexcept { ok_ = false; }

    [[nodiscard]] auto ok() const noexcept -> bool { return ok_; }
    [[nodiscard]] auto at_end() const noexcept -> bool { return ok_ && left_.empty(); }

  private:
    auto take(std::uint64_t size) -> std::string_view;

    std::string_view left_;
    bool ok_ = true;
};

// Takes bytes as they come and gives frames as they are whole.
class frame_buffer {
  public:
    void append(std::string_view bytes) { held_.append(bytes); }
    // The next frame's content, if it is there.
    [[nodiscard]] auto next() -> std::optional<std::string>;
    // The next frame states a length that is too large: nothing more will come of this.
    [[nodiscard]] auto broken() const -> bool { return stated() > max_frame; }

  private:
    [[nodiscard]] auto stated() const -> std::size_t;

    std::string held_;
    std::size_t from_ = 0;
};

}  // namespace tenon::host
