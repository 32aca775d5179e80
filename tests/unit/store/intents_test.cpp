#include "store/intents.hpp"

#include "samples.hpp"

namespace tenon::test {

namespace {

auto sample_intent(const std::string& id, std::int64_t updated) -> intent_row {
    intent_row row;
    row.id = id;
    row.provider = provider_id("slack");
    row.grant = grant_id("g1");
    row.generation = 3;
    row.sealed = "input";
    row.owner = "host-1";
    row.created_at = at(1'000);
    row.updated_at = at(updated);
    return row;
}

}  // namespace

TEST_CASE(
    "of grants of several organizations, those are named that an intent is about", "[store]"
) {
    test_database store(any_engine());
    const auto grant_of = [](const org_id& org, const std::string& id) {
        auto row = sample_grant(id, id);
        row.org = org;
        return row;
    };
    std::vector<grant_row> among;
    for (int i = 0; i < 60; ++i) {  // more than one statement takes
        among.push_back(grant_of(org_a, "free" + std::to_string(i)));
    }
    among.push_back(grant_of(org_b, "g1"));
    as_service(store.db(), access::write, [&](sql_session& session) {
        auto about = sample_intent("i1", 1'000);
        about.org = org_a;
        about.grant = grant_id("not asked for");
        insert_intent_of_any(session, about);
        CHECK(grants_with_intents(session, among).empty());
        about.id = "i2";
        about.org = org_b;
        about.grant = grant_id("g1");
        insert_intent_of_any(session, about);
        CHECK(grants_with_intents(session, among) == std::vector{grant_id("g1")});
        CHECK(grants_with_intents(session, {}).empty());
    });
    in_org(store.db(), org_b, access::read, [](sql_session& session) {
        const auto found = intents_of_grant(session, grant_id("g1"));
        REQUIRE(found.size() == 1);
        CHECK(found[0].org == org_b);
    });
}

TEST_CASE("an intent keeps its input and its replies in order, until it is done", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        insert_intent(session, sample_intent("i1", 1'000));
        add_intent_reply(session, "i1", {1, "second", at(1'200)});
        add_intent_reply(session, "i1", {0, "first", at(1'300)});
        add_intent_reply(session, "i1", {1, "second again", at(1'400)});
        const auto found = intents_of_grant(session, grant_id("g1"));
        REQUIRE(found.size() == 1);
        CHECK(found[0].sealed == "input");
        CHECK(found[0].kind == intent_kind::refresh);
        CHECK(found[0].generation == 3);
        CHECK(found[0].updated_at == at(1'400));
        const auto replies = replies_of_intent(session, "i1");
        REQUIRE(replies.size() == 2);
        CHECK(replies[0].sealed == "first");
        CHECK(replies[1].sealed == "second again");
        delete_intent(session, "i1");
        delete_intent(session, "i1");
        CHECK(intents_of_grant(session, grant_id("g1")).empty());
        CHECK(replies_of_intent(session, "i1").empty());
    });
    CHECK(refused(store.db(), access::write, [](sql_session& session) {
              add_intent_reply(session, "i1", {0, "too late", at(1'500)});
          }) == errc::conflict);
}

TEST_CASE("an exchange that is withdrawn is taken to be ended, and never to be stored", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        auto row = sample_intent("i1", 1'000);
        row.kind = intent_kind::exchange;
        row.user = user_id("user-1");
        row.provider = provider_id("slack");
        row.owner = "host-1";
        insert_intent(session, row);
        withdraw_exchange_intents(session, row.user, provider_id("github"));
        CHECK_FALSE(find_intent(session, "i1")->withdrawn);
        CHECK(take_wanted_intent(session, "i1") == intent_end::taken);
        CHECK(take_wanted_intent(session, "i1") == intent_end::gone);
        insert_intent(session, row);
        withdraw_exchange_intents(session, row.user, row.provider);
        CHECK(find_intent(session, "i1")->withdrawn);
        CHECK(take_wanted_intent(session, "i1") == intent_end::withdrawn);
        CHECK_FALSE(take_wanted_intent_of(session, "i1", "host-1"));
        CHECK(take_intent(session, "i1"));
        CHECK_FALSE(find_intent(session, "i1"));
    });
}

TEST_CASE("an intent that its owner gives up for now is nobody's", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        auto row = sample_intent("i1", 1'000);
        row.owner = "host-1";
        insert_intent(session, row);
        release_intent(session, "i1", "host-2");
        CHECK(find_intent(session, "i1")->owner == "host-1");
        release_intent(session, "i1", "host-1");
        CHECK(find_intent(session, "i1")->owner.empty());
        CHECK(find_intent(session, "i1")->updated_at == row.updated_at);
    });
}

TEST_CASE("an intent that nobody touches is found, and adopted by one", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        insert_intent(session, sample_intent("i1", 1'000));
        insert_intent(session, sample_intent("i2", 5'000));
        auto elsewhere = sample_intent("i3", 8'000);
        elsewhere.provider = provider_id("elsewhere");
        insert_intent(session, elsewhere);
    });
    as_service(store.db(), access::write, [](sql_session& session) {
        const auto orphans = intents_untouched_since(session, at(1'000), 10);
        REQUIRE(orphans.size() == 1);
        CHECK(orphans[0].id == "i1");
        CHECK(orphans[0].org == org_a);
        CHECK(adopt_intent(session, orphans[0], "host-2", at(6'000)));
        CHECK_FALSE(adopt_intent(session, orphans[0], "host-3", at(6'000)));
        CHECK(intents_untouched_since(session, at(9'000), 10).size() == 3);
        const auto oldest = intents_untouched_since(session, at(9'000), 1);
        REQUIRE(oldest.size() == 2);  // of each provider
        CHECK(oldest[0].id == "i2");
        CHECK(oldest[1].id == "i3");
    });
    reading(store.db(), [](sql_session& session) {
        const auto adopted = intents_of_grant(session, grant_id("g1"));
        CHECK(std::ranges::count(adopted, "host-2", &intent_row::owner) == 1);
    });
}

}  // namespace tenon::test
