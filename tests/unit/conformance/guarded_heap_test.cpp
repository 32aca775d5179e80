#include "conformance/guarded_heap.hpp"

#include "support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

namespace heap = tenon::host::conformance::guarded_heap;

TEST_CASE("blocks are aligned, apart, and told by their addresses") {
    const auto before = heap::live_blocks();
    auto* const small = static_cast<char*>(heap::allocate(24, 16));
    auto* const large = static_cast<char*>(heap::allocate(10'000, 64));
    REQUIRE(small != nullptr);
    REQUIRE(large != nullptr);
    std::memset(small, 1, 24);
    std::memset(large, 2, 10'000);
    CHECK(reinterpret_cast<std::uintptr_t>(small) % 16 == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(large) % 64 == 0);
    CHECK(heap::owns(small));
    CHECK_FALSE(heap::owns(&before));
    CHECK(heap::size_of(large) == 10'000);
    CHECK(
        std::string(heap::describe(small + 25)) ==
        "25 bytes behind the begin of a block of 24 bytes"
    );
    CHECK(heap::live_blocks() == before + 2);
    heap::release(small);
    heap::release(large);
    CHECK(std::string(heap::describe(small)) == "in a block of 24 bytes that was freed");
    CHECK(heap::describe(&before) == nullptr);
    CHECK(heap::live_blocks() == before);
    CHECK(heap::allocate(static_cast<std::size_t>(-1), 16) == nullptr);
}

TEST_CASE("a block is never used twice, unless that is asked for") {
    auto* const first = heap::allocate(24, 16);
    heap::release(first);
    auto* const second = heap::allocate(24, 16);
    CHECK(second != first);
    heap::release(second);
    const auto child = ::fork();  // it is for the rest of a process
    if (child == 0) {
        heap::reuse_freed();
        const auto before = heap::live_blocks();
        auto* const one = heap::allocate(24, 16);
        heap::release(one);
        auto* const again = static_cast<char*>(heap::allocate(17, 16));
        const bool as_good = again == one && heap::size_of(again) == 17;
        std::memset(again, 1, 17);
        heap::release(again);
        ::_exit(as_good && heap::live_blocks() == before ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
