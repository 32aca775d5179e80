#include "oauth/revocation_watch.hpp"

#include "support/catch.hpp"

namespace tenon::host {
namespace {

using std::chrono::seconds;

const time_point watched_from{milliseconds(1'700'000'000'000)};
const provider_id watched{"slack"};

auto grant(int number) -> grant_id {
    return grant_id("grant-" + std::to_string(number));
}

}  // namespace

TEST_CASE("the fifth grant that dies within a minute makes the client suspect") {
    revocation_watch watch;
    for (int i = 1; i <= 4; ++i) {
        CHECK_FALSE(watch.note_revoked(watched, grant(i), watched_from + seconds(i)));
    }
    CHECK(watch.note_revoked(watched, grant(5), watched_from + seconds(60)));
    CHECK(watch.note_revoked(watched, grant(6), watched_from + seconds(61)));
}

TEST_CASE("a burst is over when a refresh goes well, not when time has passed") {
    revocation_watch watch;
    for (int i = 1; i <= 5; ++i) {
        (void)watch.note_revoked(watched, grant(i), watched_from);
    }
    CHECK(watch.note_revoked(watched, grant(1), watched_from + std::chrono::hours(1)));
    watch.note_success(watched);
    CHECK_FALSE(watch.note_revoked(watched, grant(1), watched_from + std::chrono::hours(1)));
}

TEST_CASE("grants that die over a longer time are their users' affair") {
    revocation_watch watch;
    for (int i = 0; i < 20; ++i) {
        CHECK_FALSE(watch.note_revoked(watched, grant(i), watched_from + seconds(16 * i)));
    }
}

TEST_CASE("one grant that is told dead again and again counts once") {
    revocation_watch watch;
    for (int i = 0; i < 20; ++i) {
        CHECK_FALSE(watch.note_revoked(watched, grant(1), watched_from + seconds(i)));
    }
}

TEST_CASE("a refresh that goes well clears the client") {
    revocation_watch watch;
    for (int i = 1; i <= 4; ++i) {
        CHECK_FALSE(watch.note_revoked(watched, grant(i), watched_from));
    }
    watch.note_success(watched);
    CHECK_FALSE(watch.note_revoked(watched, grant(5), watched_from));
}

TEST_CASE("a grant that was doubted is doubted by the next process, until something goes well") {
    revocation_watch watch;
    CHECK(watch.note_revoked(watched, grant(1), watched_from, true));
    CHECK(watch.note_revoked(watched, grant(2), watched_from));
    watch.note_success(watched);
    CHECK_FALSE(watch.note_revoked(watched, grant(1), watched_from, true));
}

TEST_CASE("what went well before a burst says nothing of what was doubted in it") {
    revocation_watch watch;
    watch.note_success(watched);
    for (int i = 1; i <= 5; ++i) {
        (void)watch.note_revoked(watched, grant(i), watched_from);
    }
    CHECK(watch.note_revoked(watched, grant(5), watched_from + std::chrono::hours(1), true));
}

TEST_CASE("providers are watched apart") {
    revocation_watch watch;
    for (int i = 1; i <= 4; ++i) {
        CHECK_FALSE(watch.note_revoked(watched, grant(i), watched_from));
    }
    CHECK_FALSE(watch.note_revoked(provider_id("google"), grant(5), watched_from));
    CHECK(watch.note_revoked(watched, grant(5), watched_from));
}

}  // namespace tenon::host
