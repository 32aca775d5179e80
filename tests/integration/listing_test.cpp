// What can be connected, as an application sees it.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <set>

namespace tenon::test {
namespace {

auto entry_of(const nlohmann::json& providers, const std::string& id) -> nlohmann::json {
    const auto found =
        std::ranges::find_if(providers, [&id](const auto& one) { return one.at("id") == id; });
    REQUIRE(found != providers.end());
    return *found;
}

// The organization's connections that a query finds, by their ids, page for page.
auto pages(http_client& api, const std::string& query) -> std::vector<std::vector<std::string>> {
    std::vector<std::vector<std::string>> all;
    std::string cursor;
    do {
        const auto answer = api.get("/api/connections" + query + "&cursor=" + cursor);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        const auto page = answer.json();
        auto& ids = all.emplace_back();
        for (const auto& one : page.at("connections")) {
            ids.push_back(one.at("connectionId"));
        }
        cursor = page.at("nextCursor").is_null() ? "" : page.at("nextCursor");
    } while (!cursor.empty() && all.size() < 10);
    return all;
}

}  // namespace

TEST_CASE("an organization's connections are listed page by page, each once, and by what they are"
) {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world_options options;
    options.stored_in = stored_in;
    world here(options);
    std::vector<std::string> connected{here.connected("ann", "u1")};
    here.connect("ann", "u2", {{"confirm", true}});
    connected.push_back(here.connected("bob", "u3"));
    here.connect("bob", "u4", {{"confirm", true}});
    connected.push_back(here.connected("bob", "u5"));
    http_client api(here.host().url(), {{"X-API-Key", operator_key}});

    const auto all = pages(api, "?limit=2");
    REQUIRE(all.size() == 3);
    CHECK((all[0].size() == 2 && all[1].size() == 2 && all[2].size() == 1));
    std::set<std::string> each;
    for (const auto& page : all) {
        each.insert(page.begin(), page.end());
    }
    CHECK(each.size() == 5);
    CHECK(pages(api, "?status=connected").at(0) == connected);
    const auto pending = pages(api, "?status=pending").at(0);
    CHECK(pending.size() == 2);
    CHECK(each.contains(pending.at(0)));
    CHECK(pages(api, "?userId=ann").at(0) == std::vector{connected[0], pending[0]});
    CHECK(
        pages(api, "?status=connected&userId=bob").at(0) == std::vector{connected[1], connected[2]}
    );
    CHECK(pages(api, "?provider=demo").at(0).size() == 5);
    CHECK(pages(api, "?provider=slack").at(0).empty());

    here.provider().reset();
    const auto lost = here.api("bob").post(
        "/api/integrations/refresh/demo/" + connected[1], nlohmann::json::object()
    );
    REQUIRE(lost.status == 409);
    CHECK(pages(api, "?status=expired").at(0) == std::vector{connected[1]});
    CHECK(pages(api, "?status=connected").at(0) == std::vector{connected[0], connected[2]});

    for (const auto* wrong : {"?cursor=of-another", "?status=lost", "?limit=0"}) {
        const auto answer = api.get(std::string("/api/connections") + wrong);
        CHECK(answer.status == 400);
        CHECK(answer.json().at("error") == "INVALID_REQUEST");
    }
}

TEST_CASE("who asks for a token of a slot that there is not is told which there are") {
    world here;
    const auto id = here.connected();
    CHECK(here.api().get(here.token_path(id) + "?slot=main").status == 200);
    const auto refused = here.api().get(here.token_path(id) + "?slot=nope");
    CHECK(refused.status == 404);
    CHECK(refused.json().at("message").get<std::string>().find("main") != std::string::npos);
    CHECK(refused.json().at("details").at(0).at("field") == "slot");
}

TEST_CASE("the list of providers says what each is called, and why one can't be connected yet") {
    world_options options;
    SECTION("a section of the generic plugin goes by its own name") {
        world here(options);
        (void)here.begin();  // the issuer's metadata has come by then
        const auto listed = here.api().get("/api/integrations/providers").json().at("providers");
        const auto demo = entry_of(listed, "demo");
        CHECK(demo.at("name") == "demo");
        CHECK(demo.at("enabled") == true);
        CHECK(demo.at("kind") == "oauth2");
        const auto slack = entry_of(listed, "slack");
        CHECK(slack.at("name") == "Slack");
        CHECK(slack.at("docs").get<std::string>().starts_with("https://docs.slack.dev/"));
        CHECK(slack.at("enabled") == false);
        CHECK(slack.at("reason").get<std::string>().find("SLACK_CLIENT_ID") != std::string::npos);
    }
    SECTION("or by the one that it is given") {
        options.provider_config = "    display_name: Demo provider\n";
        world here(options);
        const auto listed = here.api().get("/api/integrations/providers").json().at("providers");
        CHECK(entry_of(listed, "demo").at("name") == "Demo provider");
    }
}

TEST_CASE("the list of providers is searched and filtered, and each says how to go on") {
    world here;
    (void)here.begin();
    const auto list = [&here](const std::string& query) {
        const auto answer = here.api().get("/api/integrations/providers" + query);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return answer.json();
    };
    const auto all = list("");
    CHECK(all.at("providers").size() > 400);
    CHECK(all.at("categories").size() > 10);
    for (const auto& one : all.at("providers")) {
        CHECK(one.at("enabled").get<bool>() != one.contains("reason"));
    }
    const auto reddit = entry_of(list("?q=reddit").at("providers"), "reddit");
    CHECK(reddit.at("state") == "not_configured");
    CHECK(reddit.at("reason").get<std::string>().ends_with("; and providers.reddit.reddit_user"));
    const auto music = entry_of(list("?q=SPOTIFY").at("providers"), "spotify");
    CHECK(music.at("confidence") == "high");
    CHECK(music.at("reason").get<std::string>().find("providers.spotify") != std::string::npos);
    CHECK(music.at("docs").get<std::string>().starts_with("https://developer.spotify.com/"));

    const auto keyed = list("?kind=api_key").at("providers");
    REQUIRE(keyed.size() == 1);
    CHECK(keyed.at(0).at("id") == "onlyfans");
    CHECK(keyed.at(0).at("enabled") == false);
    CHECK(list("?kind=api_key&enabled=true").at("providers").empty());

    const auto ready = list("?enabled=true").at("providers");
    REQUIRE(ready.size() == 1);
    CHECK(ready.at(0).at("id") == "demo");
    const auto relations = list("?category=crm").at("providers");
    CHECK_FALSE(relations.empty());
    for (const auto& one : relations) {
        CHECK(one.at("category") == "crm");
    }
    CHECK(list("?q=nobody-has-this").at("providers").empty());
    CHECK(list("?q=nobody-has-this").at("categories") == all.at("categories"));
    for (const auto* wrong : {"?kind=saml", "?enabled=maybe"}) {
        const auto answer = here.api().get(std::string("/api/integrations/providers") + wrong);
        CHECK(answer.status == 400);
        CHECK(answer.json().at("error") == "INVALID_REQUEST");
    }
}

}  // namespace tenon::test
