#include "provider/plugin_op.hpp"

#include "provider/wire_abi.hpp"

#include <tenon/operation.h>
#include <tenon/plugin.h>

namespace tenon::host {
namespace {

auto borrow(const std::vector<key_value>& pairs) -> std::vector<tenon_kv> {
    std::vector<tenon_kv> out;
    out.reserve(pairs.size());
    for (const auto& pair : pairs) {
        out.push_back({as_str(pair.key), as_str(pair.value), pair.flags, 0});
    }
    return out;
}

auto list(const std::vector<tenon_kv>& items) -> tenon_kvs {
    return {items.data(), items.size()};
}

auto describe_status(tenon_status status) -> std::string {
    switch (status) {
        case TENON_INVALID: return "INVALID";
        case TENON_NOMEM:
            return "NOMEM: the machine is out of memory, or the plugin asks for too much";
        case TENON_UNSUPPORTED: return "UNSUPPORTED for a kind that its descriptor declares";
        case TENON_INTERNAL: return "INTERNAL: a bug in the plugin";
        default: return std::to_string(status) + ", which is no status";
    }
}

// No exception may leave a plugin; one that does all the same must not unwind through the host.
template <class Call>
auto guarded(Call call) noexcept -> std::pair<tenon_status, bool> {
    try {
        return {call(), false};
    } catch (...) {
        return {TENON_INTERNAL, true};
    }
}

auto empty_action() -> tenon_action {
    tenon_action out{};
    out.struct_size = sizeof out;
    return out;
}

}  // namespace

plugin_op::plugin_op(const tenon_provider* provider) : provider_(provider) {}

plugin_op::~plugin_op() {
    if (op_ != nullptr) {
        (void)guarded([this] {
            provider_->op_destroy(op_);
            return tenon_status{TENON_OK};
        });
    }
}

auto plugin_op::begin(const op_input& input) -> any_action {
    kind_ = input.kind;
    const auto config = borrow(input.config);
    const auto params = borrow(input.params);
    const auto connect = borrow(input.connect);
    tenon_op_input in{};
    in.struct_size = sizeof in;
    in.kind = static_cast<std::uint32_t>(input.kind);
    in.now_ms = input.now.time_since_epoch().count();
    in.config = list(config);
    in.params = list(params);
    in.connect = list(connect);
    in.slot = as_str(input.slot);
    in.host_minor = TENON_ABI_MINOR;
    auto action = empty_action();
    const auto [status, threw] =
        guarded([&] { return provider_->op_begin(provider_, &in, &op_, &action); });
    if (threw || status != TENON_OK) {
        op_ = nullptr;  // nothing needs destroying then, whatever it set
        return broken_action{
            threw ? "op_begin let an exception out"
                  : "op_begin answered " + describe_status(status)};
    }
    if (op_ == nullptr) {
        return broken_action{"op_begin answered OK without an operation"};
    }
    return read_action(action, kind_);
}

auto plugin_op::step(const tenon_reply& reply) -> any_action {
    auto action = empty_action();
    const auto [status, threw] = guarded([&] { return provider_->op_step(op_, &reply, &action); });
    if (threw) {
        return broken_action{"op_step let an exception out"};
    }
    if (status != TENON_OK) {
        return broken_action{"op_step answered " + describe_status(status)};
    }
    return read_action(action, kind_);
}

}  // namespace tenon::host
