// What stays of an erased user's id.
#include "crypto/hash.hpp"
#include "erasing.hpp"
#include "oauth/erased.hpp"
#include "store/erasures.hpp"

namespace tenon::test {
namespace {

auto plain_hash(const actor& by) -> std::string {
    return sha256(by.org.text() + '\n' + by.user.text());
}

auto is_refused(oauth_world& world, const actor& by) -> bool {
    return transact(world, [&](sql_session& session) {
        return refuse_erased_unnamed(session, world.seal, by.user, world.time.now()).has_error();
    });
}

}  // namespace

TEST_CASE("of who guesses an erased user's id only one with the keys can tell") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    world.connect(ann, "u1");
    (void)erase(world, ann);
    const auto stored = transact(world, [](sql_session& session) {
        return host::run(session, "SELECT user_hash FROM erasures")[0].bytes(0);
    });
    CHECK(stored.size() == 32);
    CHECK(stored != plain_hash(ann));
    CHECK(is_refused(world, ann));
    CHECK_FALSE(is_refused(world, user("bob")));
}

TEST_CASE("a user who is erased is known whichever key was promoted since") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    keyring keys;
    REQUIRE(keys.generate(world.random).has_value());
    REQUIRE(world.seal.replace(keys).has_value());
    const auto first = erase(world, ann);
    const auto another = keys.generate(world.random).value();
    REQUIRE(keys.promote(another).has_value());
    REQUIRE(world.seal.replace(keys).has_value());
    CHECK(is_refused(world, ann));
    CHECK(erase(world, ann).id == first.id);
    CHECK(count(world, "erasures") == 1);
}

TEST_CASE("an erasure of before its hash had a key is found, and gone on with") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    transact(world, [&](sql_session& session) {
        const erased_user of_before{ann.user, plain_hash(ann)};
        return begin_erasure(session, of_before, "receipt-1", world.time.now());
    });
    CHECK(is_refused(world, ann));
    world.time.advance(world.context.options.lease);
    CHECK(world.run(finish_erasures(world.context, false, goes_on)) == 1);
    check_nothing_holds(world, ann_id);
    CHECK(count(world, "erasures") == 1);
    CHECK(is_refused(world, ann));
}

}  // namespace tenon::test
