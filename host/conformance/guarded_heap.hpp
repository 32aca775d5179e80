// Blocks of memory that end where a page without access begins, and are never used twice.
#pragma once

#include <cstddef>

// One in a process; made on first use. Single calls are safe from several threads. Allocates
// nothing by itself, so that it can serve as malloc.
namespace tenon::host::conformance::guarded_heap {

// Null where there is no room left. alignment: a power of two, at most a page.
[[nodiscard]] auto allocate(std::size_t size, std::size_t alignment) noexcept -> void*;
[[nodiscard]] auto owns(const void* block) noexcept -> bool;
[[nodiscard]] auto size_of(const void* block) noexcept -> std::size_t;
// Whatever is wrong with the block ends the process with an answer: written beside, freed before.
void release(void* block) noexcept;

[[nodiscard]] auto live_blocks() noexcept -> std::size_t;

// From now on what is freed is handed out again, so that it lasts for as many blocks as one likes,
// and takes no system calls. What is used after it was freed is no longer found.
void reuse_freed() noexcept;

// `4 bytes behind a block of 24 bytes`; null for an address that is none of its.
[[nodiscard]] auto describe(const void* address) noexcept -> const char*;

}  // namespace tenon::host::conformance::guarded_heap
