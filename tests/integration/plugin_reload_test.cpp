// What becomes of a plugin's next version: through the real binary, while it serves.
#include "integration/harbor.hpp"
#include "support/catch.hpp"

#include <csignal>
#include <fstream>
#include <future>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

auto reason(const json& report) -> std::string {
    return report.value("reason", "");
}

auto profile_status(harbor& here, const std::string& connection) -> int {
    return here.api().get("/api/integrations/profile/harbor/" + connection + "?fresh=true").status;
}

}  // namespace

TEST_CASE("the same bytes are kept, signed ones take over, and files that are gone are let go of") {
    harbor here(demands::signatures);
    const auto first = here.reload();
    CHECK(first.at("outcome") == "kept");
    CHECK(first.at("providers") == json{"harbor"});
    here.put("two");
    const auto second = here.reload();
    CHECK(second.at("outcome") == "replaced");
    CHECK(second.at("sha256") != first.at("sha256"));
    CHECK_FALSE(here.connected().empty());
    fs::remove(here.file());
    CHECK(here.reload().at("outcome") == "removed");
    const auto log = here.api("").get("/api/audit?action=plugins.reloaded").json();
    CHECK(log.at("entries").size() == 2);
}

TEST_CASE("under pins a new version waits for its approval, and the old one serves on") {
    harbor here;
    here.put("two");
    const auto refused = here.reload();
    CHECK(refused.at("outcome") == "refused");
    CHECK_THAT(reason(refused), Contains("not the file that was approved"));
    CHECK_FALSE(here.connected().empty());
    here.install("two");
    CHECK(here.reload().at("outcome") == "replaced");
    CHECK_FALSE(here.connected().empty());
}

TEST_CASE("an approval that is taken back takes the plugin along") {
    harbor here;
    const auto pins = here.folder() / "pins.json";
    fs::remove(pins);
    const auto refused = here.reload();
    CHECK(refused.at("outcome") == "refused");
    CHECK(refused.at("sha256").is_null());
    CHECK(here.listed().at("state") == "misconfigured");
}

TEST_CASE("a reload that adds an origin is refused, and nothing goes there") {
    const auto build = GENERATE(as<std::string>{}, "collects", "hides");
    harbor here(demands::signatures);
    here.put(build);
    const auto refused = here.reload();
    CHECK(refused.at("outcome") == "refused");
    CHECK_THAT(
        reason(refused), Contains("https://collector.example (token, api) was not approved")
    );
    CHECK_THAT(reason(refused), Contains("the version before it serves on"));
    CHECK_FALSE(here.connected().empty());
}

TEST_CASE("a version that would begin wrong connects is found out before it serves") {
    harbor here(demands::signatures);
    here.put("loses_state");
    const auto refused = here.reload();
    CHECK(refused.at("outcome") == "refused");
    CHECK_THAT(reason(refused), Contains("state"));
    CHECK_FALSE(here.connected().empty());
}

TEST_CASE("a version that breaks the contract in its first operations is rolled back") {
    harbor here(demands::signatures);
    const auto connection = here.connected();
    here.put("breaks");
    CHECK(here.reload().at("outcome") == "replaced");
    CHECK(profile_status(here, connection) == 502);
    CHECK(profile_status(here, connection) == 200);
    CHECK(here.host().wait_for_log("plugin_rolled_back"));
    const auto again = here.reload();
    CHECK(again.at("outcome") == "rolled_back");
    CHECK_THAT(reason(again), Contains("broke the contract in its first operations"));
    CHECK(profile_status(here, connection) == 200);
    here.put("two");
    CHECK(here.reload().at("outcome") == "replaced");
    CHECK(profile_status(here, connection) == 200);
}

TEST_CASE("an operation that is under way ends on the version that it began with") {
    harbor here(demands::signatures);
    const auto connection = here.connected();
    here.provider().inject({"/token", sim::fault_kind::delay, 1, 1'500});
    auto refreshed = std::async(std::launch::async, [&] {
        return here.api()
            .post("/api/integrations/refresh/harbor/" + connection, json::object())
            .status;
    });
    for (const auto* build : {"two", "one", "two"}) {
        here.put(build);
        CHECK(here.reload().at("outcome") == "replaced");
    }
    CHECK(refreshed.get() == 200);
}

TEST_CASE("SIGHUP reads plugins as well") {
    harbor here(demands::signatures);
    here.put("two");
    here.host().signal(SIGHUP);
    CHECK(here.host().wait_for_log("plugin replaced"));
    CHECK(here.reload().at("outcome") == "kept");
}

}  // namespace tenon::test
