// Who waits for a token, and what happens to the connection meanwhile.
#include "oauth/leaving.hpp"
#include "support/any_engine.hpp"
#include "unit/oauth/bad_moment.hpp"

namespace tenon::test {
namespace {

// Two people share a grant whose token has ended; one of them asks for it.
struct waited_read : bad_moment {
    waited_read() : bad_moment(any_engine()) {
        hers = connect(ann, "u1");
        connect(bob, "u1");
        time.advance(hours(2));
    }
    auto ask(const actor& by) -> result<token_answer> {
        return run(reader.read({by.org, by.user, {acme, "u1"}, {}}));
    }
    // As another host does it, and this one hears of it.
    void disconnect_her() {
        look([&](sql_session& session) -> result<void> {
            auto row = find_connection(session, ann.user, acme, "u1").value();
            [[maybe_unused]] const auto gone =
                begin_leaving(session, std::move(row), consent_end::disconnected, time.now());
            return {};
        });
        cache.forget(hers);
    }

    const actor bob{org_id("org"), user_id("bob"), "test", {}};
    token_reader reader{at, late};
    connection_id hers;
};

}  // namespace

TEST_CASE("who was disconnected while a token was renewed is not answered with it") {
    waited_read here;
    here.wire.meanwhile = [&] { here.disconnect_her(); };
    const auto told = here.ask(ann);
    REQUIRE(told.has_error());
    CHECK(told.error().code == errc::reconnect_required);
    CHECK(here.ask(here.bob).has_value());
    CHECK(here.scene.count().refreshes == 1);
}

TEST_CASE("who is forgotten while a token is renewed, and is connected still, is answered") {
    waited_read here;
    here.wire.meanwhile = [&] { here.cache.forget_all(); };
    CHECK(here.ask(ann).has_value());
    CHECK(here.scene.count().refreshes == 1);
}

}  // namespace tenon::test
