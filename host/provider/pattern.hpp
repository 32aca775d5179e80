// A field's pattern: ECMAScript, and the whole value must match.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::host {

// Immutable; cheap to copy; any thread.
class pattern {
  public:
    // Nothing if it is no regular expression, has look-aheads or back-references, is longer than
    // 500 characters, or comes to more than 1,500 with its counted repetitions written out: whoever
    // wrote it, a value is matched within tens of milliseconds. Costs tens of microseconds: keep
    // it.
    [[nodiscard]] static auto compile(const std::string& text) -> std::optional<pattern>;
    // Values longer than 1,000 bytes never match: the standard library's matcher recurses by
    // length.
    [[nodiscard]] auto matches(std::string_view value) const -> bool;

  private:
    struct compiled;
    explicit pattern(std::shared_ptr<const compiled> code) : code_(std::move(code)) {}
    std::shared_ptr<const compiled> code_;
};

}  // namespace tenon::host
