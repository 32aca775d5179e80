// The SDK and structs of older and newer hosts: read and written as far as they reach.
#include <cstring>
#include <vector>

#include "unit/plugin_api/trampolines.hpp"

using namespace tenon::test;

namespace {

// A struct of an older host: exactly so many bytes; the address sanitizer watches the rest.
template <class T>
auto shortened(T whole, std::uint32_t size) -> std::vector<unsigned char> {
    std::vector<unsigned char> bytes(size);
    whole.struct_size = size;
    std::memcpy(bytes.data(), &whole, size);
    return bytes;
}

}  // namespace

TEST_CASE("an input from an older host is read only as far as it reaches") {
    const auto bytes = shortened(input_of(TENON_OP_PROFILE), offsetof(tenon_op_input, connect));
    tenon_op* op = nullptr;
    tenon_action action = action_of();
    const auto* input = reinterpret_cast<const tenon_op_input*>(bytes.data());
    REQUIRE(prober().op_begin(&prober(), input, &op, &action) == TENON_OK);
    CHECK(action.kind == TENON_ACTION_DONE);
    prober().op_destroy(op);
}

TEST_CASE("a reply and an answer from an older host are read only as far as they reach") {
    begun running(TENON_OP_EXCHANGE);
    tenon_http_response whole = {};
    whole.status = 200;
    const auto answer = shortened(whole, offsetof(tenon_http_response, headers));
    const auto reply = shortened(
        reply_of(TENON_ACTION_HTTP, reinterpret_cast<const tenon_http_response*>(answer.data())),
        offsetof(tenon_reply, call_status)
    );
    CHECK(running.step(*reinterpret_cast<const tenon_reply*>(reply.data())) == TENON_OK);
    CHECK(running.action.kind == TENON_ACTION_HTTP);  // the second request
}

TEST_CASE("an action of a newer host keeps its size and its tail; a truncated one is refused") {
    struct newer {
        tenon_action known;
        std::uint64_t tail;
    };
    newer action = {action_of(sizeof(newer)), 0x1122334455667788};
    const tenon_op_input input = input_of(TENON_OP_PROFILE);
    tenon_op* op = nullptr;
    REQUIRE(prober().op_begin(&prober(), &input, &op, &action.known) == TENON_OK);
    CHECK(action.known.struct_size == sizeof(newer));
    CHECK(action.tail == 0x1122334455667788);
    prober().op_destroy(op);

    tenon_action small = action_of(offsetof(tenon_action, error));
    op = nullptr;
    CHECK(prober().op_begin(&prober(), &input, &op, &small) == TENON_INVALID);
    CHECK(op == nullptr);
    CHECK(small.kind == 0);
    CHECK(probe::alive == 0);
}
