#include "conformance/guarded_heap.hpp"

#include "conformance/last_words.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <utility>

namespace tenon::host::conformance::guarded_heap {
namespace {

constexpr std::size_t page = 4096;  // at least; larger pages of the system are not served
constexpr std::size_t pages = 4UL << 20U;
constexpr unsigned char filler = 0xFD;
constexpr std::size_t reused_pages = 32;  // larger blocks are not handed out again
constexpr std::uint32_t none = ~0U;

struct slot {
    std::uint32_t first_page, page_count;  // without the guard
    std::uint64_t size;
    std::uint32_t offset;  // of the block, from the slot's begin
    bool live;
    std::uint32_t next_free;  // of its size, by the first page
};

// All of it is reserved once; what is not used costs nothing.
struct region {
    char* memory = nullptr;
    slot* slots = nullptr;              // by the page that a slot begins at
    std::uint32_t* first_of = nullptr;  // of each page: the page that its slot begins at
    std::size_t next = 0, live = 0;
    std::array<std::uint32_t, reused_pages + 1> free{};  // by the number of pages
    bool reuses = false;
    std::mutex guard;

    region() {
        free.fill(none);
        memory = static_cast<char*>(reserve(pages * page, PROT_NONE));
        slots = static_cast<slot*>(reserve(pages * sizeof(slot), PROT_READ | PROT_WRITE));
        first_of = static_cast<std::uint32_t*>(
            reserve(pages * sizeof(std::uint32_t), PROT_READ | PROT_WRITE)
        );
    }
    static auto reserve(std::size_t size, int access) -> void* {
        void* const at =
            ::mmap(nullptr, size, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        return at == MAP_FAILED ? nullptr : at;
    }
    [[nodiscard]] auto page_of(const void* address) const -> std::size_t {
        return static_cast<std::size_t>(static_cast<const char*>(address) - memory) / page;
    }
    [[nodiscard]] auto slot_of(const void* address) const -> slot& {
        return slots[first_of[page_of(address)]];
    }
    [[nodiscard]] auto base(const slot& one) const -> char* {
        return memory + std::size_t{one.first_page} * page;
    }
};

auto all() -> region& {
    static region out;
    return out;
}

auto is_untouched(const char* from, const char* to) -> bool {
    const auto size = static_cast<std::size_t>(to - from);
    // Each byte is as the one before it: by the library, for many blocks are looked at.
    return size == 0 || (static_cast<unsigned char>(*from) == filler &&
                         std::memcmp(from, from + 1, size - 1) == 0);
}

// A slot of so many pages that can be written to; null where there is none.
auto take_slot(region& in, std::size_t count) -> slot* {
    if (count <= reused_pages && in.free.at(count) != none) {
        auto& again = in.slots[in.free.at(count)];
        in.free.at(count) = again.next_free;
        return &again;
    }
    if (in.next + count + 1 > pages) {
        return nullptr;
    }
    const auto first = static_cast<std::uint32_t>(in.next);
    auto& fresh = in.slots[first];
    fresh.first_page = first;
    fresh.page_count = static_cast<std::uint32_t>(count);
    if (::mprotect(in.base(fresh), count * page, PROT_READ | PROT_WRITE) != 0) {
        return nullptr;
    }
    std::fill_n(in.first_of + first, count + 1, first);
    in.next += count + 1;
    return &fresh;
}

void give_back(region& in, slot& one) {
    const std::size_t count = one.page_count;
    if (in.reuses && count <= reused_pages) {
        one.next_free = std::exchange(in.free.at(count), one.first_page);
        return;
    }
    ::madvise(in.base(one), count * page, MADV_DONTNEED);
    ::mprotect(in.base(one), count * page, PROT_NONE);
}

}  // namespace

auto allocate(std::size_t size, std::size_t alignment) noexcept -> void* {
    auto& in = all();
    const std::lock_guard lock(in.guard);
    const auto count = (std::max<std::size_t>(size, 1) + page - 1) / page;
    if (in.memory == nullptr || size > pages * page) {
        return nullptr;
    }
    auto* const one = take_slot(in, count);
    if (one == nullptr) {
        return nullptr;
    }
    const auto body = count * page;
    const auto align = std::max<std::size_t>(alignment, 16);
    one->size = size;
    one->offset = static_cast<std::uint32_t>((body - size) / align * align);
    one->live = true;
    char* const base = in.base(*one);
    std::memset(base, filler, body);
    ++in.live;
    return base + one->offset;
}

auto owns(const void* block) noexcept -> bool {
    const auto& in = all();
    const auto* const at = static_cast<const char*>(block);
    return in.memory != nullptr && at >= in.memory && at < in.memory + pages * page;
}

auto size_of(const void* block) noexcept -> std::size_t {
    return all().slot_of(block).size;
}

void release(void* block) noexcept {
    auto& in = all();
    const std::lock_guard lock(in.guard);
    auto& one = in.slot_of(block);
    char* const base = in.base(one);
    char* const at = base + one.offset;
    if (at != block || !one.live) {
        answer_broken_rule(
            "heap-bounds", at == block ? "a block was freed twice" : "what was freed is no block"
        );
    }
    if (!is_untouched(base, at) || !is_untouched(at + one.size, base + one.page_count * page)) {
        answer_broken_rule("heap-bounds", "something was written right beside a block");
    }
    one.live = false;
    --in.live;
    give_back(in, one);
}

void reuse_freed() noexcept {
    auto& in = all();
    const std::lock_guard lock(in.guard);
    in.reuses = true;
}

auto live_blocks() noexcept -> std::size_t {
    auto& in = all();
    const std::lock_guard lock(in.guard);
    return in.live;
}

auto describe(const void* address) noexcept -> const char* {
    static std::array<char, 120> text{};
    if (!owns(address) || all().page_of(address) >= all().next) {
        return nullptr;
    }
    const auto& one = all().slot_of(address);
    const char* const begin = all().base(one) + one.offset;
    const auto* const at = static_cast<const char*>(address);
    const auto size = static_cast<unsigned long long>(one.size);
    if (!one.live) {
        (void
        )std::snprintf(text.data(), text.size(), "in a block of %llu bytes that was freed", size);
    } else if (at >= begin) {
        (void)std::snprintf(
            text.data(), text.size(), "%lld bytes behind the begin of a block of %llu bytes",
            static_cast<long long>(at - begin), size
        );
    } else {
        (void)std::snprintf(text.data(), text.size(), "before a block of %llu bytes", size);
    }
    return text.data();
}

}  // namespace tenon::host::conformance::guarded_heap
