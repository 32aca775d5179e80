// How a check's process tells what it died of.
#pragma once

#include <string_view>

namespace tenon::host::conformance {

// Which check this process runs. Before anything of the plugin runs.
void answer_for(std::string_view id) noexcept;

// Verdict, a NUL, then texts with a NUL behind each, into the descriptor that the process answers
// to. Safe in a handler of signals; the first answer counts, and ends the process.
[[noreturn]] void answer_and_exit(std::string_view verdict, std::string_view text) noexcept;
// That a rule was broken which the named check answers for: `failed` there, `blocked` elsewhere.
[[noreturn]] void answer_broken_rule(std::string_view rule, std::string_view text) noexcept;
// Where it answers to. Before anything of the plugin runs.
void answer_to(int descriptor) noexcept;
[[nodiscard]] auto answer_descriptor() noexcept -> int;
void add_answer(std::string_view text) noexcept;
[[noreturn]] void exit_at_once() noexcept;

// Handlers for crashes (on a stack of their own), used-up CPU time and system calls that a filter
// traps.
void tell_of_signals();

// What is said beside whatever this process dies of from now on. Kept by copy, cut to 100 bytes.
void note_for_crashes(std::string_view text) noexcept;

// What is asked about the address of a memory fault: what lies there, or null. Set by what guards
// memory.
using address_namer = const char* (*)(const void* address);
void name_addresses_by(address_namer by) noexcept;

}  // namespace tenon::host::conformance
