// A host whose clock is wrong, on PostgreSQL. Here it is the server's that is: its sessions find a
// clock of the test's before their own.
#include "samples.hpp"
#include "support/postgres.hpp"

#include <thread>

namespace tenon::test {

namespace {

class wrong_clock {
  public:
    // `off`: how far, as an SQL interval.
    wrong_clock(const std::string& database, const std::string& off) : database_(database) {
        postgres_command(
            database, "ALTER DATABASE " + database + " SET search_path = public, pg_catalog"
        );
        set(off);
        end_postgres_sessions(database);
    }
    ~wrong_clock() { postgres_command(database_, "DROP FUNCTION public.clock_timestamp()"); }
    wrong_clock(const wrong_clock&) = delete;
    auto operator=(const wrong_clock&) -> wrong_clock& = delete;

    void set(const std::string& off) {
        postgres_command(
            database_,
            "CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql "
            "AS $$ SELECT pg_catalog.clock_timestamp() + interval '" +
                off + "' $$"
        );
    }

  private:
    std::string database_;
};

auto refusal(test_database& store) -> std::string {
    const auto outcome = store->ping_write_now();
    if (outcome.has_value()) {
        return "";
    }
    CHECK(outcome.error().code == errc::storage_unavailable);
    return outcome.error().message;
}

// A look at the clocks lasts a second.
void let_it_look_again() {
    std::this_thread::sleep_for(milliseconds(1'100));
}

}  // namespace

TEST_CASE("nothing is done while this host's clock and the database's are apart", "[store]") {
    test_database store(sql_engine::postgresql);
    REQUIRE(refusal(store).empty());
    let_it_look_again();
    {
        wrong_clock server(store.name(), "-61 days");
        CHECK_THAT(refusal(store), Catch::Contains("5270400 s ahead of the database's"));
        CHECK_THAT(refusal(store), Catch::Contains("must agree within 5 s"));
        server.set("8 seconds");
        let_it_look_again();
        CHECK_THAT(refusal(store), Catch::Contains("8 s behind the database's"));
        server.set("-2 seconds");
        let_it_look_again();
        CHECK(refusal(store).empty());
        server.set("1 hour");
        let_it_look_again();
        CHECK_FALSE(refusal(store).empty());
    }
    let_it_look_again();
    CHECK(refusal(store).empty());
}

}  // namespace tenon::test
