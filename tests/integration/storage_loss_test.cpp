// The database goes away while it is needed, and comes back: what clients see meanwhile, and that
// nothing is lost.
#include "integration/storage_loss.hpp"
#include "support/catch.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr int accounts = 4;
// Longer than anything may be answered from memory without a look at the database.
constexpr auto beyond_patience = 1'500ms;

// A provider whose refresh tokens are good for one use, and an operation that may last 5 seconds.
auto options_for(misfortune which) -> world_options {
    world_options options;
    options.stored_in = engine_of(which);
    options.config = "timeouts: {operation: 5s}\n";
    options.settings = json{{"rotation", true}};
    options.provider_config = "    refresh: {rotates: true}\n";
    [[maybe_unused]] static const bool given = give_postgres_a_disk(400);
    options.disk_megabytes = which == misfortune::sqlite_full ? 8 : 0;
    return options;
}

auto connect_all(world& here) -> std::vector<std::string> {
    std::vector<std::string> connections;
    for (int i = 1; i <= accounts; ++i) {
        connections.push_back(here.connected("ann", "u" + std::to_string(i)));
    }
    return connections;
}

constexpr std::array<load::kind, 3> kinds{load::reading, load::renewing, load::connecting};

auto can_be_read(misfortune which) -> bool {
    return which != misfortune::postgres_stopped && which != misfortune::postgres_silent;
}

auto put_off(load& under) -> bool {
    return under.seen(load::renewing).put_off > 0 && under.seen(load::connecting).put_off > 0;
}

// Every kind of call is done again, so many times.
auto goes_on(load& under, int times) -> bool {
    std::array<int, kinds.size()> before{};
    std::ranges::transform(kinds, before.begin(), [&](auto of) { return under.seen(of).done; });
    return soon([&] {
        return std::ranges::equal(kinds, before, [&](auto of, int was) {
            return under.seen(of).done >= was + times;
        });
    });
}

auto account_of(load& under) -> std::string {
    std::ostringstream text;
    for (const auto& [of, name] :
         {std::pair(load::reading, "token reads"), std::pair(load::renewing, "; refreshes"),
          std::pair(load::connecting, "; connects")}) {
        const auto seen = under.seen(of);
        text << name << " " << seen.done << " done, " << seen.put_off << " put off";
    }
    return text.str();
}

// What tokens are read meanwhile: from memory and from a database that can still be read; or, where
// that is gone, none that nobody can vouch for.
void check_reading(load& under, bool readable) {
    std::this_thread::sleep_for(beyond_patience);
    const auto before = under.seen(load::reading);
    std::this_thread::sleep_for(1s);
    const auto after = under.seen(load::reading);
    if (readable) {
        CHECK(after.done > before.done);
        CHECK(after.put_off == before.put_off);
    } else {
        CHECK(after.done == before.done);
        CHECK(after.put_off > before.put_off);
    }
}

// As a client that is put off and told when to ask again. A refresh whose answer storage did not
// take answers so until it tries to store it once more.
auto renewed_in_the_end(http_client& api, const std::string& connection) -> http_response {
    http_response answer;
    soon([&] {
        answer = api.post("/api/integrations/refresh/demo/" + connection, json::object());
        return !is_put_off(answer);
    });
    return answer;
}

// Each grant lives, at the provider too, and is renewed as ever.
void check_nothing_lost(world& here, const std::vector<std::string>& connections) {
    auto api = here.api();
    for (const auto& id : connections) {
        const auto profile = "/api/integrations/profile/demo/" + id + "?fresh=true";
        CHECK(api.get(profile).status == 200);
        const auto renewed = renewed_in_the_end(api, id);
        INFO(renewed.body);
        CHECK(renewed.status == 200);
        CHECK(api.get(profile).status == 200);
    }
    CHECK(here.provider().count().refresh_reuses == 0);
    CHECK(here.provider().count().families_revoked == 0);
    CHECK(api.get("/readyz").status == 200);
}

}  // namespace

TEST_CASE("storage that goes away under load puts calls off, and all goes on when it is back") {
    const auto which = GENERATE(
        misfortune::postgres_stopped, misfortune::postgres_silent, misfortune::postgres_read_only,
        misfortune::postgres_full, misfortune::sqlite_full, misfortune::sqlite_locked
    );
    CAPTURE(name_of(which));
    world here(options_for(which));
    const auto connections = connect_all(here);
    befallen storage(here, which);
    std::string begun;
    {
        load under(here, connections);
        REQUIRE(goes_on(under, 10));
        storage.begin();
        begun = under.last_begun();  // of the last that were told that all is well
        CHECK(soon([&] { return put_off(under); }));
        CHECK(soon([&] { return here.api().get("/readyz").status == 503; }));
        check_reading(under, can_be_read(which));
        storage.end();
        CHECK(goes_on(under, 10));
        INFO(under.strange());
        CHECK(under.strange().empty());
        WARN(name_of(which) << ": " << account_of(under));
    }
    const auto landed = here.visit(here.consent(begun, "u9"));
    CHECK(query_parameter(landed.field("location").value_or(""), "status") == "connected");
    check_nothing_lost(here, connections);
}

TEST_CASE("tokens are read from memory while PostgreSQL is away, for a second at most") {
    world here(options_for(misfortune::postgres_stopped));
    const auto id = here.connected();
    auto api = here.api();
    REQUIRE(api.get(here.token_path(id)).status == 200);
    befallen storage(here, misfortune::postgres_stopped);
    storage.begin();
    const auto gone = std::chrono::steady_clock::now();
    std::vector<int> answers;
    while (std::chrono::steady_clock::now() < gone + beyond_patience) {
        const auto answer = api.get(here.token_path(id));
        answers.push_back(answer.status);
        std::this_thread::sleep_for(1ms);
    }
    CHECK(std::ranges::is_sorted(answers));  // 200, and from one moment on 503
    CHECK(answers.front() == 200);
    CHECK(answers.back() == 503);
    WARN(
        "after PostgreSQL's end " << std::ranges::count(answers, 200) << " reads from memory, then "
                                  << std::ranges::count(answers, 503) << " put off"
    );
    storage.end();
    CHECK(soon([&] { return api.get(here.token_path(id)).status == 200; }));
}

TEST_CASE("a host ends within its grace, though its database says nothing") {
    auto options = options_for(misfortune::postgres_silent);
    options.config = "timeouts: {drain: 4s}\n";
    world here(options);
    const auto id = here.connected();
    befallen storage(here, misfortune::postgres_silent);
    storage.begin();
    // A read that the journal has yet to write.
    raw_connection waiting("127.0.0.1", here.host().port());
    REQUIRE(waiting.send(
        "GET " + here.token_path(id) +
        " HTTP/1.1\r\nHost: h\r\nX-Tenon-User: ann\r\nX-API-Key: " + operator_key + "\r\n\r\n"
    ));
    std::this_thread::sleep_for(beyond_patience);
    const auto began = std::chrono::steady_clock::now();
    CHECK(here.host().stop(60s) == 0);
    CHECK(std::chrono::steady_clock::now() - began < 6s);
    storage.end();
    here.host().start();
    CHECK(here.api().get(here.token_path(id)).status == 200);
}

}  // namespace tenon::test
