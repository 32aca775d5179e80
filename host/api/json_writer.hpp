// JSON as it goes out: written by hand, so that stored JSON passes byte for byte and the hot path
// builds no tree.
#pragma once

#include "base/clock.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::host {

// Appends values in order; the caller opens and closes properly. Text that is not UTF-8 is answered
// with U+FFFD in place of what is wrong.
class json_writer {
  public:
    explicit json_writer(std::size_t expected_size = 256) { text_.reserve(expected_size); }

    auto begin_object() -> json_writer& { return open('{'); }
    auto end_object() -> json_writer& { return close('}'); }
    auto begin_array() -> json_writer& { return open('['); }
    auto end_array() -> json_writer& { return close(']'); }
    auto key(std::string_view name) -> json_writer&;

    auto value(std::string_view text) -> json_writer&;
    auto value(const char* text) -> json_writer& { return value(std::string_view(text)); }
    auto value(bool yes) -> json_writer&;
    auto value(std::integral auto number) -> json_writer& { return raw(std::to_string(number)); }
    // RFC 3339, UTC.
    auto value(time_point when) -> json_writer& { return value(to_rfc3339(when)); }
    template <class T>
    auto value(const std::optional<T>& may_be) -> json_writer& {
        return may_be ? value(*may_be) : raw("null");
    }
    // JSON already; empty: null.
    auto raw(std::string_view json) -> json_writer&;

    template <class T>
    auto field(std::string_view name, const T& what) -> json_writer& {
        return key(name).value(what);
    }
    auto raw_field(std::string_view name, std::string_view json) -> json_writer& {
        return key(name).raw(json);
    }

    [[nodiscard]] auto take() -> std::string { return std::move(text_); }

  private:
    auto open(char bracket) -> json_writer&;
    auto close(char bracket) -> json_writer&;
    void separate();

    std::string text_;
    bool comma_ = false;
};

}  // namespace tenon::host
