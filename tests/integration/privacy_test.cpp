// What is held of a user, told and erased, in the real binary.
#include "integration/world.hpp"
#include "support/catch.hpp"
#include "support/postgres.hpp"
#include "support/row_scan.hpp"

#include <thread>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;

const std::string ann = "ann-4711@customers.example";
const std::string path = "/api/users/" + ann + "/data";

auto options_of(engine stored_in) -> world_options {
    world_options options;
    options.stored_in = stored_in;
    return options;
}

auto open_beside(world& here) -> std::unique_ptr<host::database> {
    const auto file = (here.host().dir() / "data" / "tenon.db").string();
    const auto url = here.database().empty() ? "sqlite:" + file : postgres_url(here.database());
    return host::open_database(url).value();
}

void check_nothing_holds(world& here, const std::string& text) {
    const auto holders = columns_that_hold(*open_beside(here), text);
    CAPTURE(text, holders);
    CHECK(holders.empty());
}

auto erase(world& here) -> json {
    const auto answer = here.api(ann).del(path);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json();
}

void check_chain_holds(world& here) {
    ended done;
    REQUIRE(soon([&] {
        done = here.verify_audit();
        return done.out.find("; 0 not chained yet") != std::string::npos;
    }));
    INFO(done.out + done.err);
    CHECK(done.code == 0);
    CHECK_THAT(done.out, Contains(" hold; "));
}

void slow_down(world& here, const std::string& where, std::int64_t by_ms) {
    sim::fault slow;
    slow.path = where;
    slow.delay_ms = by_ms;
    here.provider().inject(slow);
}

// A minute may have ended between them.
auto count_reads(const nlohmann::json& told) -> int {
    int count = 0;
    for (const auto& one : told.at("credentialReads")) {
        count += one.at("count").get<int>();
    }
    return count;
}

}  // namespace

TEST_CASE("a user's data is told whole and without a secret, then erased everywhere") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world here(options_of(stored_in));
    const auto id = here.connected(ann, "u1");
    const auto bobs = here.connected("bob", "u2");
    here.connect(ann, "u3", {{"confirm", true}});
    (void)here.begin(ann);
    for (int reads = 0; reads < 3; ++reads) {
        REQUIRE(here.api(ann).get(here.token_path(id)).status == 200);
    }
    const auto told = here.api(ann).get(path).json();
    CHECK(count_reads(told) == 3);
    CHECK(told.at("connections").at(0).at("profile").at("email") == "user1@demo.invalid");
    CHECK(told.at("consents").at(0).at("connectionId") == id);
    CHECK(told.at("unconfirmed").size() == 1);
    CHECK(told.at("pendingConnects").size() == 1);
    CHECK(told.at("auditEntries").size() >= 2);
    CHECK(here.secrets().search(told.dump(), "the export").empty());

    const auto receipt = erase(here);
    CHECK(receipt.at("receiptId").is_string());
    CHECK(receipt.at("connections") == 1);
    CHECK(receipt.at("unconfirmed") == 1);
    REQUIRE(receipt.at("revocations").size() == 2);
    for (const auto& one : receipt.at("revocations")) {
        CHECK(one.at("outcome") == "revoked");
    }
    for (const auto* const known :
         {"customers.example", "demo_user_1", "user1@demo", "demo_user_3"}) {
        check_nothing_holds(here, known);
    }
    CHECK(here.api(ann).get(here.token_path(id)).status == 404);
    CHECK(here.api("bob").get(here.token_path(bobs)).status == 200);
    check_chain_holds(here);
    const auto log = here.api("").get("/api/audit?action=user.erased").json().at("entries");
    REQUIRE(log.size() == 1);
    CHECK(log.at(0).at("detail").at("receiptId") == receipt.at("receiptId"));

    const auto again = erase(here);
    CHECK(again == receipt);
    check_nothing_holds(here, "customers.example");
}

TEST_CASE("an erased user's token is refused by other hosts within a second") {
    world here(options_of(engine::postgresql));
    const auto other = here.replica();
    const auto id = here.connected(ann, "u1");
    http_client elsewhere(other->url(), {{"X-API-Key", operator_key}, {"X-Tenon-User", ann}});
    REQUIRE(elsewhere.get(here.token_path(id)).status == 200);
    (void)erase(here);
    std::this_thread::sleep_for(std::chrono::milliseconds(1'000));
    CHECK(elsewhere.get(here.token_path(id)).status == 404);
}

TEST_CASE("an erasure that kill -9 cuts off while it revokes is finished by who asks again") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world here(options_of(stored_in));
    const auto id = here.connected(ann, "u1");
    slow_down(here, "/revoke", 60'000);
    std::jthread erasing([&] {
        try {
            here.api(ann).del(path);
        } catch (const std::exception&) {
            // Cut off with the host.
        }
    });
    REQUIRE(soon([&] { return here.provider().requests()["/revoke"] > 0; }));
    REQUIRE(here.api(ann).get(here.token_path(id)).status == 409);
    here.host().kill();
    erasing.join();
    // Where other hosts may be at work, who holds the grant is waited for: here the wait is over.
    here.change_database("UPDATE grants SET lease_until = 0");
    here.change_database("UPDATE erasures SET touched_at = 0");
    here.host().start();
    (void)erase(here);
    check_nothing_holds(here, "customers.example");
    check_nothing_holds(here, "demo_user_1");
    CHECK(here.count("SELECT COUNT(*) FROM grants") == 0);
    check_chain_holds(here);
    const auto log = here.api("").get("/api/audit?action=user.erased").json().at("entries");
    CHECK(log.size() == 1);
}

TEST_CASE("a connect that was under way when its user was erased is not stored") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    const bool knows_whose = GENERATE(true, false);
    CAPTURE(name_of(stored_in), knows_whose);
    world here(options_of(stored_in));
    slow_down(here, "/token", 2'000);
    if (!knows_whose) {
        sim::fault down;
        down.path = "/userinfo";
        down.kind = sim::fault_kind::status;
        down.times = 100;
        here.provider().inject(down);
    }
    const auto began = here.begin(ann);
    const auto callback = here.consent(began.at("authUrl").get<std::string>(), "u1");
    std::string location;
    std::jthread returning([&] { location = here.visit(callback).field("location").value_or(""); });
    REQUIRE(soon([&] { return here.provider().requests()["/token"] > 0; }));
    (void)erase(here);
    returning.join();
    CHECK(query_parameter(location, "status") == "error");
    CHECK(
        query_parameter(location, "error") ==
        (knows_whose ? "INVALID_STATE" : "PROVIDER_UNAVAILABLE")
    );
    // Whose they are must be known, for others may live by them.
    CHECK((here.provider().count().revokes > 0) == knows_whose);
    CHECK(here.count("SELECT COUNT(*) FROM intents") == 0);
    check_nothing_holds(here, "customers.example");
    check_nothing_holds(here, "demo_user_1");
}

}  // namespace tenon::test
