#include "conformance/heap_watch.hpp"

#include "conformance/guarded_heap.hpp"
#include "conformance/last_words.hpp"
#include "conformance/live_op.hpp"
#include "conformance/redirect.hpp"

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

namespace tenon::host::conformance {
namespace {

std::atomic<std::size_t> asked{0};
std::atomic<std::size_t> fails_at{0};

auto is_watched() noexcept -> bool {
    return running_function() != nullptr;
}

// Null where this one is to fail.
auto take(std::size_t size, std::size_t alignment) noexcept -> void* {
    const auto number = ++asked;
    if (number == fails_at) {
        errno = ENOMEM;
        return nullptr;
    }
    return guarded_heap::allocate(size, alignment);
}

auto take_or_throw(std::size_t size, std::size_t alignment) -> void* {
    void* const out = take(size, alignment);
    if (out == nullptr) {
        throw std::bad_alloc();
    }
    return out;
}

constexpr std::size_t usual = alignof(std::max_align_t);

auto my_malloc(std::size_t size) noexcept -> void* {
    return is_watched() ? take(size, usual) : std::malloc(size);
}

void my_free(void* block) noexcept {
    guarded_heap::owns(block) ? guarded_heap::release(block) : std::free(block);
}

auto my_calloc(std::size_t count, std::size_t size) noexcept -> void* {
    std::size_t total = 0;
    if (!is_watched() || __builtin_mul_overflow(count, size, &total)) {
        return std::calloc(count, size);
    }
    void* const out = take(total, usual);
    return out == nullptr ? nullptr : std::memset(out, 0, total);
}

auto my_realloc(void* block, std::size_t size) noexcept -> void* {
    if (!is_watched() && !guarded_heap::owns(block)) {
        return std::realloc(block, size);
    }
    void* const out = take(size, usual);
    if (out != nullptr && block != nullptr) {
        const auto known =
            guarded_heap::owns(block) ? guarded_heap::size_of(block) : ::malloc_usable_size(block);
        std::memcpy(out, block, known < size ? known : size);
        my_free(block);
    }
    return out;
}

auto my_aligned_alloc(std::size_t alignment, std::size_t size) noexcept -> void* {
    return is_watched() ? take(size, alignment) : std::aligned_alloc(alignment, size);
}

auto my_posix_memalign(void** out, std::size_t alignment, std::size_t size) noexcept -> int {
    if (!is_watched()) {
        return ::posix_memalign(out, alignment, size);
    }
    *out = take(size, alignment);
    return *out == nullptr ? ENOMEM : 0;
}

auto my_new(std::size_t size) -> void* {
    return is_watched() ? take_or_throw(size, usual) : ::operator new(size);
}
auto my_new_array(std::size_t size) -> void* {
    return is_watched() ? take_or_throw(size, usual) : ::operator new[](size);
}
auto my_new_aligned(std::size_t size, std::align_val_t alignment) -> void* {
    return is_watched() ? take_or_throw(size, static_cast<std::size_t>(alignment))
                        : ::operator new(size, alignment);
}
auto my_new_nothrow(std::size_t size, const std::nothrow_t& tag) noexcept -> void* {
    return is_watched() ? take(size, usual) : ::operator new(size, tag);
}
auto my_new_array_nothrow(std::size_t size, const std::nothrow_t& tag) noexcept -> void* {
    return is_watched() ? take(size, usual) : ::operator new[](size, tag);
}

void my_delete(void* block) noexcept {
    guarded_heap::owns(block) ? guarded_heap::release(block) : ::operator delete(block);
}
void my_delete_array(void* block) noexcept {
    guarded_heap::owns(block) ? guarded_heap::release(block) : ::operator delete[](block);
}
void my_delete_sized(void* block, std::size_t) noexcept {
    my_delete(block);
}
void my_delete_array_sized(void* block, std::size_t) noexcept {
    my_delete_array(block);
}
void my_delete_aligned(void* block, std::align_val_t alignment) noexcept {
    guarded_heap::owns(block) ? guarded_heap::release(block) : ::operator delete(block, alignment);
}
void my_delete_sized_aligned(void* block, std::size_t, std::align_val_t alignment) noexcept {
    my_delete_aligned(block, alignment);
}

template <class Function>
auto function(const char* name, Function* to) -> redirection {
    return {name, reinterpret_cast<void*>(to)};
}

auto heap_redirections() -> std::vector<redirection> {
    return {
        function("malloc", &my_malloc),
        function("free", &my_free),
        function("calloc", &my_calloc),
        function("realloc", &my_realloc),
        function("aligned_alloc", &my_aligned_alloc),
        function("posix_memalign", &my_posix_memalign),
        function("_Znwm", &my_new),
        function("_Znam", &my_new_array),
        function("_ZnwmSt11align_val_t", &my_new_aligned),
        function("_ZnwmRKSt9nothrow_t", &my_new_nothrow),
        function("_ZnamRKSt9nothrow_t", &my_new_array_nothrow),
        function("_ZdlPv", &my_delete),
        function("_ZdaPv", &my_delete_array),
        function("_ZdlPvm", &my_delete_sized),
        function("_ZdaPvm", &my_delete_array_sized),
        function("_ZdlPvSt11align_val_t", &my_delete_aligned),
        function("_ZdlPvmSt11align_val_t", &my_delete_sized_aligned)};
}

}  // namespace

auto watch_heap(const void* address_in_plugin) -> bool {
    name_addresses_by(&guarded_heap::describe);
    const auto to = heap_redirections();
    // The C++ library first: what it allocates, the plugin may free.
    const auto in_library = redirect_library("libstdc++.so.6", to);
    return redirect_calls(address_in_plugin, to) + in_library != 0;
}

auto allocations() noexcept -> std::size_t {
    return asked;
}

void fail_allocation(std::size_t n) noexcept {
    asked = 0;
    fails_at = n;
}

}  // namespace tenon::host::conformance
