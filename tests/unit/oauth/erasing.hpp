// What the tests of erasures have in common: who is erased, and what is left.
#pragma once

#include "oauth/erased.hpp"
#include "oauth/erasure.hpp"
#include "support/sealed_scan.hpp"
#include "verbs.hpp"

namespace tenon::test {

// Of a kind that stands nowhere by chance.
inline const std::string ann_id = "ann-4711@customers.example";

inline auto erase(oauth_world& world, const actor& by) -> erasure_receipt {
    return world.run(erase_user(world.context, by)).value();
}

// What finish_erasures asks: whether the host is to stop.
inline auto goes_on() -> bool {
    return false;
}

inline void check_nothing_holds(oauth_world& world, const std::string& text) {
    const auto holders = columns_that_hold(world.store.db(), world.seal, text);
    CAPTURE(text, holders);
    CHECK(holders.empty());
}

inline void let_fail(oauth_world& world, const std::string& path, std::int64_t times) {
    sim::fault away;
    away.path = path;
    away.kind = sim::fault_kind::status;
    away.times = times;
    world.scene.inject(away);
}

}  // namespace tenon::test
