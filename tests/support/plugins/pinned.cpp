// A plugin that stays mapped: a thread_local with a destructor holds the library until the thread
// ends.
#include <tenon/plugin.h>

namespace {
struct sticky {
    int value = 0;
    ~sticky() { value = 1; }
};
thread_local sticky held;

auto begin(const tenon_provider*, const tenon_op_input*, tenon_op** op, tenon_action*)
    -> tenon_status {
    *op = nullptr;
    return TENON_UNSUPPORTED;
}
auto step(tenon_op*, const tenon_reply*, tenon_action*) -> tenon_status {
    return TENON_INVALID;
}
void destroy(tenon_op*) {}

const tenon_descriptor about = [] {
    tenon_descriptor out{};
    out.struct_size = sizeof out;
    out.id = {"pinned", 6};
    out.display_name = {"Pinned", 6};
    out.version = {"1", 1};
    out.auth_kinds = TENON_AUTH_CODE;
    out.operations = 1U << TENON_OP_AUTHORIZE | 1U << TENON_OP_EXCHANGE;
    return out;
}();
const tenon_provider provider{
    sizeof(tenon_provider), 0, nullptr, &about, begin, step, destroy, nullptr};
// NOLINTNEXTLINE(modernize-avoid-c-arrays)
const tenon_provider* const providers[] = {&provider};
const tenon_plugin plugin{sizeof(tenon_plugin), TENON_ABI_MINOR, TENON_PLUGIN_MAGIC, providers, 1};
}  // namespace

extern "C" auto tenon_plugin_entry_v1() -> const tenon_plugin* {
    ++held.value;
    return &plugin;
}
