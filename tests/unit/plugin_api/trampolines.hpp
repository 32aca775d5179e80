// The probe's entry, and calls of it as a host makes them.
#pragma once

#include <string>

#include "support/catch.hpp"
#include "support/plugin_driver.hpp"
#include "unit/plugin_api/probe.hpp"

namespace tenon::test {

inline auto entry() -> const tenon_plugin* {
    return tenon::plugin_of<probe::prober, probe::second_provider>::entry();
}
inline auto prober() -> const tenon_provider& {
    return *entry()->providers[0];
}

inline auto input_of(std::uint32_t kind) -> tenon_op_input {
    tenon_op_input input = {};
    input.struct_size = sizeof(input);
    input.kind = kind;
    return input;
}

inline auto action_of(std::uint32_t size = sizeof(tenon_action)) -> tenon_action {
    tenon_action action = {};
    action.struct_size = size;
    return action;
}

// An operation that was begun, destroyed with the scope.
struct begun {
    explicit begun(std::uint32_t kind) {
        const tenon_op_input input = input_of(kind);
        REQUIRE(prober().op_begin(&prober(), &input, &op, &action) == TENON_OK);
    }
    begun(const begun&) = delete;
    auto operator=(const begun&) -> begun& = delete;
    ~begun() { prober().op_destroy(op); }

    auto step(const tenon_reply& reply) -> tenon_status {
        action = action_of();
        return prober().op_step(op, &reply, &action);
    }

    tenon_op* op = nullptr;
    tenon_action action = action_of();
};

inline auto reply_of(std::uint32_t kind, const tenon_http_response* http = nullptr) -> tenon_reply {
    tenon_reply reply = {};
    reply.struct_size = sizeof(reply);
    reply.kind = kind;
    reply.http = http;
    return reply;
}

inline auto text(tenon_str from) -> std::string {
    return {from.ptr, from.len};
}

}  // namespace tenon::test
