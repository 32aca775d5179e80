// Flows that begin on the host's own page, and callbacks that come as a form.
#include "integration/world.hpp"
#include "support/catch.hpp"

namespace tenon::test {
namespace {

using Catch::Matchers::StartsWith;

constexpr auto form_type = "application/x-www-form-urlencoded";

auto between(const std::string& text, const std::string& begin, char end) -> std::string {
    const auto at = text.find(begin);
    REQUIRE(at != std::string::npos);
    const auto from = at + begin.size();
    return text.substr(from, text.find(end, from) - from);
}

struct page_flow {
    std::string auth_url;
    std::string cookie;  // as a browser sends it
};

// Sends the form of the page at `/`.
auto begin_on_page(world& here) -> page_flow {
    http_client browser(here.host().url());
    const auto left = browser.send(
        {"POST",
         "/connect",
         {{"Content-Type", form_type}},
         "provider=demo&user=ann&key=" + std::string(operator_key)}
    );
    INFO(left.body);
    REQUIRE(left.status == 200);
    auto url = between(left.body, "rel=\"noreferrer\" href=\"", '"');
    for (auto at = url.find("&amp;"); at != std::string::npos; at = url.find("&amp;")) {
        url.erase(at + 1, 4);
    }
    const auto cookie = left.field("set-cookie").value();
    return {url, cookie.substr(0, cookie.find(';'))};
}

}  // namespace

TEST_CASE("a flow of the host's own page ends in the browser that began it, on the host's page") {
    world_options options;
    options.config = "redirect_targets: [\"https://app.example/\"]\n";
    world here(options);
    const auto stolen = begin_on_page(here);
    CHECK_THAT(
        http_client(here.host().url()).get("/").body,
        Catch::Contains("action=\"/connect\"") && Catch::Contains("value=\"demo\"")
    );
    const auto elsewhere = here.visit(here.consent(stolen.auth_url));
    CHECK(elsewhere.status == 400);
    CHECK(elsewhere.json().at("error") == "INVALID_STATE");
    CHECK_FALSE(elsewhere.field("location"));
    CHECK(here.provider().count().exchanges == 0);

    const auto own = begin_on_page(here);
    http_client browser("", {{"Cookie", own.cookie}});
    const auto done = browser.get(here.consent(own.auth_url));
    INFO(done.body);
    CHECK(done.status == 303);
    const auto location = done.field("location").value_or("");
    CHECK_THAT(location, StartsWith(here.host().url() + "/connected?"));
    CHECK(query_parameter(location, "status") == "connected");
    CHECK(browser.get(location).status == 200);

    const auto by_api = here.api().post(
        "/api/integrations/connect/demo", {{"redirectUrl", here.host().url() + "/connected"}}
    );
    CHECK(by_api.status == 400);
    CHECK(by_api.json().at("error") == "REDIRECT_NOT_ALLOWED");
}

TEST_CASE("a callback may come as a form, each of its parameters in one place only") {
    world here;
    const auto begun = here.begin();
    const auto url = here.consent(begun.at("authUrl"));
    const auto path = url.substr(0, url.find('?'));
    const auto answer = url.substr(url.find('?') + 1);
    REQUIRE(query_parameter(url, "iss"));
    const auto post = [&](const std::string& to) {
        return http_client("").send({"POST", to, {{"Content-Type", form_type}}, answer});
    };
    const auto twice = post(path + "?state=" + begun.at("state").get<std::string>());
    CHECK(twice.status == 400);
    CHECK(twice.json().at("error") == "INVALID_REQUEST");
    const auto done = post(path);
    INFO(done.body);
    REQUIRE(done.status == 303);
    CHECK(query_parameter(done.field("location").value(), "status") == "connected");
}

}  // namespace tenon::test
