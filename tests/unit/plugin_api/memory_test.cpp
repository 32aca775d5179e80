// A program of its own, for it replaces operator new: each allocation of an operation fails in
// turn.
#include <cstdlib>
#include <new>

#include "support/catch.hpp"
#include "unit/plugin_api/probe.hpp"

namespace {

long allocations_left = -1;  // before the one that fails; negative: none fails
long outstanding = 0;

auto allocate(std::size_t size) -> void* {
    if (allocations_left == 0) {
        throw std::bad_alloc();
    }
    if (allocations_left > 0) {
        --allocations_left;
    }
    void* const memory = std::malloc(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    ++outstanding;
    return memory;
}

void release(void* memory) noexcept {
    if (memory != nullptr) {
        --outstanding;
    }
    std::free(memory);
}

}  // namespace

auto operator new(std::size_t size) -> void* {
    return allocate(size);
}
auto operator new[](std::size_t size) -> void* {
    return allocate(size);
}
auto operator new(std::size_t size, const std::nothrow_t&) noexcept -> void* {
    try {
        return allocate(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void operator delete(void* memory) noexcept {
    release(memory);
}
void operator delete[](void* memory) noexcept {
    release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    release(memory);
}

namespace {

auto prober() -> const tenon_provider& {
    return *tenon::plugin_of<probe::prober>::entry()->providers[0];
}

auto fresh_action() -> tenon_action {
    tenon_action action = {};
    action.struct_size = sizeof(action);
    return action;
}

// Runs an operation to its end, answering every request; the first status that is not OK ends it.
auto run(std::uint32_t kind, std::string_view account) -> tenon_status {
    const tenon_kv param = {tenon::borrow("account_id"), tenon::borrow(account), 0, 0};
    tenon_op_input input = {};
    input.struct_size = sizeof(input);
    input.kind = kind;
    input.params = {&param, 1};
    tenon_op* op = nullptr;
    tenon_action action = fresh_action();
    tenon_status status = prober().op_begin(&prober(), &input, &op, &action);
    if (status != TENON_OK) {
        return op == nullptr ? status : tenon_status{TENON_INTERNAL};
    }
    while (status == TENON_OK && action.kind != TENON_ACTION_DONE &&
           action.kind != TENON_ACTION_FAIL) {
        const tenon_kv header = {
            tenon::borrow("a-long-name-of-a-header"), tenon::borrow("value"), 0, 0};
        tenon_http_response http = {};
        http.struct_size = sizeof(http);
        http.status = 200;
        http.headers = {&header, 1};
        http.body = tenon::borrow(R"({"t":"a token that is too long for a small string"})");
        tenon_reply reply = {};
        reply.struct_size = sizeof(reply);
        reply.kind = action.kind;
        reply.http = action.kind == TENON_ACTION_HTTP ? &http : nullptr;
        reply.call_out = {&header, 1};
        action = fresh_action();
        status = prober().op_step(op, &reply, &action);
        if (status == TENON_NOMEM) {
            allocations_left = -1;
            tenon_action late = fresh_action();
            if (prober().op_step(op, &reply, &late) != TENON_INVALID) {
                status = TENON_INTERNAL;
            }
        }
    }
    prober().op_destroy(op);
    return status;
}

// How many allocations could fail before it succeeded.
auto fail_each(std::uint32_t kind, std::string_view account) -> long {
    for (long n = 0;; ++n) {
        const long before = outstanding;
        allocations_left = n;
        const tenon_status status = run(kind, account);
        allocations_left = -1;
        const long after = outstanding;
        REQUIRE(after == before);
        REQUIRE(probe::alive == 0);
        if (status == TENON_OK) {
            return n;
        }
        REQUIRE(status == TENON_NOMEM);
    }
}

}  // namespace

TEST_CASE("an operation whose memory runs out, wherever, says so and loses nothing") {
    static_cast<void>(prober());
    CHECK(fail_each(TENON_OP_EXCHANGE, "") > 20);
    CHECK(fail_each(TENON_OP_REFRESH, "") > 5);
    CHECK(fail_each(TENON_OP_DESCRIBE, "") > 10);
    CHECK(fail_each(TENON_OP_PROFILE, "") >= 3);
    CHECK(fail_each(TENON_OP_PROFILE, "fail") >= 3);
    CHECK(fail_each(TENON_OP_PROFILE, "throw") >= 3);
}
