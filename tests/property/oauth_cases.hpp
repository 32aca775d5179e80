// What the properties of the verbs have in common.
#pragma once

#include "gen.hpp"
#include "oauth/profile.hpp"
#include "store/keyring_rows.hpp"
#include "support/any_engine.hpp"
#include "support/oauth_world.hpp"

namespace tenon::test {

using namespace tenon::host;  // NOLINT: tests of that namespace
using std::chrono::seconds;

// Each case has an organization of its own: they don't see each other.
inline auto someone(const std::string& user) -> actor {
    static int count = 0;
    return {org_id("org-" + std::to_string(++count)), user_id(user), "test", {}};
}

inline auto any_user() -> std::string {
    return *rc::gen::nonEmpty(any_text());
}

// Another user of the owner's organization, and a user of the same name in another one.
struct strangers {
    actor neighbour;
    actor foreigner;
};

inline auto any_strangers_to(const actor& owner) -> strangers {
    strangers two{owner, someone(owner.user.text())};
    two.neighbour.user = user_id(any_user());
    RC_PRE(two.neighbour.user != owner.user);
    return two;
}

inline auto any_account() -> std::string {
    return "u" + std::to_string(*rc::gen::inRange(1, 101));
}

inline auto span_of(std::int64_t least, std::int64_t most) -> seconds {
    return seconds(*rc::gen::inRange<std::int64_t>(least, most + 1));
}

inline auto profile_of(oauth_world& world, const actor& by, const std::string& account)
    -> result<profile_answer> {
    return world.run(read_profile(
        world.context, *world.tokens, *world.refresh, by, {acme, account}, freshness::ask_anew
    ));
}

// How many values of all organizations are sealed.
inline auto sealed_values(oauth_world& world) -> std::int64_t {
    auto count = [](sql_session& session) -> result<std::int64_t> { return count_sealed(session); };
    return world.store->as_service_now(access::read, count).value();
}

}  // namespace tenon::test
