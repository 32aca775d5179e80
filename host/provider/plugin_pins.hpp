// `pins.json` in a folder of plugins: which bytes the operator approved under each file's name, and
// for what. Written by `tenon plugin install`; its form is in the README of config/.
#pragma once

#include "base/result.hpp"
#include "provider/approval.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace tenon::host {

struct plugin_pin {
    std::string digest;  // SHA-256 in lower-case hexadecimal
    plugin_approval approved;
};

// By the file's name: `acme.so`.
using plugin_pins = std::map<std::string, plugin_pin, std::less<>>;

inline constexpr std::string_view pins_name = "pins.json";

// Errors: invalid_request: it is not of that form; the message says where.
[[nodiscard]] auto parse_pins(std::string_view text) -> result<plugin_pins>;
[[nodiscard]] auto serialize(const plugin_pins& pins) -> std::string;

// The folder's pins; none where it has no such file. Errors: invalid_request: the file can't be
// read, is not of that form, or anybody may change it or the folder. The message says what to do.
[[nodiscard]] auto read_pins(const std::filesystem::path& folder) -> result<plugin_pins>;

// Replaces the file whole. Error: internal, with the system's reason.
[[nodiscard]] auto write_pins(const std::filesystem::path& folder, const plugin_pins& pins)
    -> result<void>;

}  // namespace tenon::host
