// What a worker gives up before it loads its plugin: everything but memory, processor time and the
// socket to its host. For the worker's process only.
#pragma once

#include "base/result.hpp"

#include <cstddef>

namespace tenon::host {

// The descriptors that a worker is started with; it has no others.
inline constexpr int worker_socket = 3;
inline constexpr int worker_image = 4;

// No new privileges, an end with the host's, limits (memory beyond what is mapped now, processor
// time, descriptors, processes, files, core dumps), a user of its own where this one may choose,
// Landlock where the kernel has it, first in line where the machine's memory runs out. Error:
// internal, where a mandatory part (all but the last three) is refused.
[[nodiscard]] auto give_up_privileges() -> result<void>;

}  // namespace tenon::host
