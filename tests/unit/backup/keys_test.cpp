// Which keys a backup needs, and whether those at hand are they.
#include "store/keyring_rows.hpp"
#include "unit/backup/stock.hpp"

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;

constexpr std::int64_t sealed_values = 24;  // twelve columns, two organizations

}  // namespace

TEST_CASE("a backup says which keys it needs, and opens with them") {
    test_database store(any_engine());
    stock(store.db(), *sealer_of());
    const auto outcome = checked(backup_of(store.db()), sealer_of().get()).value();
    REQUIRE(outcome.keys.size() == 1);
    CHECK(outcome.keys[0].id == "key-1");
    CHECK(outcome.keys[0].state == key_state::fits);
    CHECK(outcome.keys[0].values == sealed_values);
    CHECK(outcome.keys[0].unopened == 0);
    CHECK(outcome.unsealed == 0);
    CHECK(check_all_opened(outcome));
    CHECK(static_cast<std::size_t>(sealed_values) == 2 * all_sealed_columns().size());
}

TEST_CASE("a key that is not at hand, or is another one of the same id, is named") {
    test_database store(sql_engine::sqlite);
    stock(store.db(), *sealer_of());
    const auto bytes = backup_of(store.db());
    const auto told = [&](const sealer* seal, key_state state) {
        const auto outcome = checked(bytes, seal).value();
        CHECK(outcome.keys.at(0).state == state);
        CHECK(outcome.keys.at(0).values == sealed_values);
        const auto refused = check_keys_at_hand(outcome);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == errc::not_found);
        CHECK_THAT(refused.error().message, Contains("key-1 (seals 24 values)"));
        CHECK(check_all_opened(outcome).has_error());
        return refused.error().message;
    };
    CHECK_THAT(told(nullptr, key_state::missing), Contains("are missing"));
    CHECK_THAT(told(sealer_of('k', "key-2").get(), key_state::missing), Contains("are missing"));
    CHECK_THAT(told(sealer_of('x').get(), key_state::wrong), Contains("are not the ones"));
}

TEST_CASE("values that were altered before they were backed up are counted") {
    test_database store(any_engine());
    stock(store.db(), *sealer_of());
    writing(store.db(), [](sql_session& session) {
        run(session,
            "UPDATE grants SET access_token = refresh_token, id_token = $2, credentials = $3 "
            "WHERE org_id = $1",
            session.org(), blob{"nobody's"}, blob{});
    });
    const auto outcome = checked(backup_of(store.db()), sealer_of().get()).value();
    CHECK(outcome.keys.at(0).unopened == 1);
    CHECK(outcome.keys.at(0).values == sealed_values - 2);
    CHECK(outcome.unsealed == 1);
    CHECK(check_keys_at_hand(outcome));
    CHECK_THAT(check_all_opened(outcome).error().message, Contains("2 values can't be opened"));
}

}  // namespace tenon::test
