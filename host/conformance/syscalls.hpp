// What a plugin may ask of the kernel while one of its functions runs: memory, and nothing else.
#pragma once

namespace tenon::host::conformance {

// From here on every other system call of this thread raises SIGSYS; `answer` may still be written
// to. False where the kernel has no such filters.
[[nodiscard]] auto forbid_syscalls(int answer) -> bool;

// `openat`; null for a number without a name here. Safe in a handler of signals.
[[nodiscard]] auto syscall_name(int number) noexcept -> const char*;

}  // namespace tenon::host::conformance
