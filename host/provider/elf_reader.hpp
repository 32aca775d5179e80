// Judges a shared object without loading it: loading alone would run its constructors.
#pragma once

#include "base/result.hpp"

#include <string_view>

namespace tenon::host {

// What a file is judged by, in this order.
enum class file_rule {
    form,       // a whole 64-bit little-endian shared object for this machine
    hardening,  // no executable stack, no segment that is writable and executable
    flags,      // no text relocations, RPATH, RUNPATH, auditor, filter or -z nodelete
    needed,     // no libraries but those that every host has
    unique,     // no STB_GNU_UNIQUE symbols
    exports     // exactly tenon_plugin_entry_v1
};

// Is this file a plugin that may be loaded here? A 64-bit little-endian shared object for this
// machine that exports exactly tenon_plugin_entry_v1; no STB_GNU_UNIQUE symbols (they pin it, and
// merge the statics of two versions); no text relocations, no RPATH or RUNPATH, no auditors or
// filters, no -z nodelete; no executable stack, no segment that is writable and executable; needs
// nothing but libc, libm, libstdc++, libgcc_s and the loader (and the sanitizers' runtimes, in a
// host that was built with them). Any bytes are safe to give. Error: invalid_request; the message
// says what was expected, what was found and what to do.
[[nodiscard]] auto check_plugin_file(std::string_view bytes) -> result<void>;

// By one rule alone; a file without the form answers for that first.
[[nodiscard]] auto check_plugin_file(std::string_view bytes, file_rule rule) -> result<void>;

}  // namespace tenon::host
