// Values of the configuration as text. For base's own sources. Errors are invalid_request and say
// what is expected.
#pragma once

#include "base/config.hpp"

namespace tenon::host {

// `true`, `yes`, `on`, `1` and their opposites, in any case.
[[nodiscard]] auto parse_bool(std::string_view text) -> result<bool>;
// Digits.
[[nodiscard]] auto parse_number(std::string_view text, std::size_t least, std::size_t most)
    -> result<std::size_t>;
// Digits, optionally with `KiB`, `MiB` or `GiB`.
[[nodiscard]] auto parse_bytes(std::string_view text, std::size_t least, std::size_t most)
    -> result<std::size_t>;
// Digits with `ms`, `s`, `m` or `h`; limits in milliseconds.
[[nodiscard]] auto parse_duration(std::string_view text, std::size_t least, std::size_t most)
    -> result<milliseconds>;
// `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`.
[[nodiscard]] auto parse_listen(std::string_view text) -> result<listen_address>;
[[nodiscard]] auto parse_level(std::string_view text) -> result<log_level>;
[[nodiscard]] auto parse_format(std::string_view text) -> result<log_format>;
[[nodiscard]] auto parse_requirement(std::string_view text) -> result<plugin_requirement>;

[[nodiscard]] auto duration_text(milliseconds value) -> std::string;
[[nodiscard]] auto listen_text(const listen_address& value) -> std::string;
[[nodiscard]] auto level_text(log_level value) -> std::string;
[[nodiscard]] auto format_text(log_format value) -> std::string;
[[nodiscard]] auto requirement_text(plugin_requirement value) -> std::string;

}  // namespace tenon::host
