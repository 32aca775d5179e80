// Plugins whose functions let exceptions out, which the contract forbids; the id says which.
#include "kit.h"

struct tenon_op {
    int unused;
};

namespace {

tenon_op the_op;

struct way {
    bool begin, step, destroy;
};
// The ABI hands arrays over as C has them.
// NOLINTBEGIN(modernize-avoid-c-arrays)
constexpr way ways[] = {{true, false, false}, {false, true, false}, {false, false, true}};
const way* running = nullptr;

auto begin(
    const tenon_provider* provider, const tenon_op_input*, tenon_op** op, tenon_action* action
) -> tenon_status {
    running = static_cast<const way*>(provider->self);
    if (running->begin) {
        throw 1;
    }
    *op = &the_op;
    action->kind = TENON_ACTION_SLEEP;
    return TENON_OK;
}

auto step(tenon_op*, const tenon_reply*, tenon_action* action) -> tenon_status {
    static tenon_error failed = {};
    if (running->step) {
        throw 2;
    }
    failed.struct_size = sizeof failed;
    failed.message = kit_text("let no exception out but in op_destroy");
    action->kind = TENON_ACTION_FAIL;
    action->error = &failed;
    return TENON_OK;
}

void destroy(tenon_op*) {
    if (running->destroy) {
        throw 3;
    }
}

const tenon_descriptor descriptors[] = {
    KIT_DESCRIPTOR("begin_throws"), KIT_DESCRIPTOR("step_throws"),
    KIT_DESCRIPTOR("destroy_throws")};

constexpr auto provider_of(std::size_t i) -> tenon_provider {
    return {
        sizeof(tenon_provider),
        0,
        const_cast<way*>(&ways[i]),
        &descriptors[i],
        begin,
        step,
        destroy,
        nullptr};
}
const tenon_provider all[] = {provider_of(0), provider_of(1), provider_of(2)};
const tenon_provider* const providers[] = {&all[0], &all[1], &all[2]};
// NOLINTEND(modernize-avoid-c-arrays)
const tenon_plugin plugin = {
    sizeof(tenon_plugin), TENON_ABI_MINOR, TENON_PLUGIN_MAGIC, providers, COUNT(providers)};

}  // namespace

extern "C" auto tenon_plugin_entry_v1() -> const tenon_plugin* {
    return &plugin;
}
