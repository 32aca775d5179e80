// Takes over what a plugin's functions allocate.
#pragma once

#include <cstddef>

namespace tenon::host::conformance {

// From here on, malloc and operator new and their kin, as the plugin and the C++ library call
// them, go through this as long as a function of the plugin runs on the thread; all else goes on as
// before. Works beside a sanitizer's own allocator, for the calls are redirected where they are
// made. For the rest of the process. False where nothing could be redirected.
[[nodiscard]] auto watch_heap(const void* address_in_plugin) -> bool;

// How many allocations were asked for since the last call of fail_allocation.
[[nodiscard]] auto allocations() noexcept -> std::size_t;
// The n-th one from now fails; 0: none does.
void fail_allocation(std::size_t n) noexcept;

}  // namespace tenon::host::conformance
