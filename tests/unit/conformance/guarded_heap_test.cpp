#include "conformance/guarded_heap.hpp"

#include "support/catch.hpp"

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
