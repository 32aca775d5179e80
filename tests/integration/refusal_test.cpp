// The demo in the other order: what is refused, how it is told, and that nothing changes that
// should not.
#include "integration/world.hpp"
#include "support/canary.hpp"
#include "support/catch.hpp"

#include <optional>

namespace tenon::test {
namespace {

using nlohmann::json;

// A world whose log is searched, in the end, for every secret that there was.
class watched : public world {
  public:
    explicit watched(world_options options = {}) : world(with_long_secret(std::move(options))) {}
    watched(const watched&) = delete;
    auto operator=(const watched&) -> watched& = delete;
    ~watched() {
        CHECK(host().wait_for_log("request"));  // a line may come after its answer
        const auto log = host().log();
        const auto found = (gone_ ? *gone_ : secrets()).search(log, "the log");
        INFO(describe(found));
        CHECK(found.empty());
    }
    // What was said until then is searched for in the end too.
    void end_provider() {
        gone_ = secrets();
        world::end_provider();
    }

  private:
    std::optional<canary_watch> gone_;
    static auto with_long_secret(world_options options) -> world_options {
        options.client_secret = make_canary("client-secret");
        options.settings["client_secret"] = options.client_secret;
        return options;
    }
};

// A callback that must not be believed: 400, no redirect, the documented error.
void check_refused(world& here, const std::string& url) {
    const auto answer = here.visit(url);
    INFO(url);
    INFO(answer.body);
    CHECK(answer.status == 400);
    CHECK_FALSE(answer.field("location"));
    CHECK(answer.json().at("error") == "INVALID_STATE");
    CHECK(answer.json().at("success") == false);
    CHECK_FALSE(answer.json().at("requestId").get<std::string>().empty());
}

auto connections(world& here) -> std::size_t {
    return here.api().get("/api/integrations/status").json().at("integrations").size();
}

// The flow ends at the redirect target with this error, and without a connection.
void check_told(world& here, const std::string& location, const std::string& error) {
    INFO(location);
    CHECK(query_parameter(location, "status") == "error");
    CHECK(query_parameter(location, "error") == error);
    CHECK_FALSE(query_parameter(location, "message").value_or("").empty());
    CHECK(connections(here) == 0);
}

auto callback_of(world& here, const std::string& query) -> std::string {
    return here.host().url() + "/api/integrations/callback/demo?" + query;
}

}  // namespace

TEST_CASE("a state that was not issued is refused") {
    watched here;
    check_refused(here, callback_of(here, "code=x&state=forged"));
    check_refused(here, callback_of(here, "code=x"));
    check_refused(here, callback_of(here, "error=access_denied&state=forged"));
    CHECK(connections(here) == 0);
}

TEST_CASE("a state that was already used is refused") {
    watched here;
    const auto begun = here.begin();
    const auto url = here.consent(begun.at("authUrl"));
    CHECK(here.visit(url).status == 303);
    check_refused(here, url);
    CHECK(connections(here) == 1);
}

TEST_CASE("a state that was used up by an error is refused afterwards") {
    watched here;
    const auto state = here.begin().at("state").get<std::string>();
    const auto answer = here.visit(callback_of(
        here, "error=access_denied&state=" + state + "&iss=" + percent_encoded("http://127.0.0.1:1")
    ));
    CHECK(answer.status == 303);
    check_refused(here, callback_of(here, "code=x&state=" + state));
}

TEST_CASE("a state of another provider's flow is refused") {
    world_options options;
    options.config = "";
    options.provider_config =
        "  other:\n    plugin: oauth2\n    client_id: a\n    client_secret: b\n"
        "    authorize_url: https://id.example/authorize\n    token_url: https://id.example/token\n"
        "    profile: {account_id: sub}\n";
    watched here(options);
    const auto state = here.begin().at("state").get<std::string>();
    check_refused(
        here, here.host().url() + "/api/integrations/callback/other?code=x&state=" + state
    );
    check_refused(here, callback_of(here, "code=x&state=" + state));
}

TEST_CASE("a parameter that comes twice is refused, and the state stays") {
    watched here;
    const auto begun = here.begin();
    const auto url = here.consent(begun.at("authUrl"));
    CHECK(here.visit(url + "&code=other").status == 400);
    CHECK(here.visit(url).status == 303);
}

TEST_CASE("cancelling is told in the user's words") {
    watched here;
    const auto begun = here.begin();
    http_client browser("");
    const auto answer = browser.get(begun.at("authUrl").get<std::string>() + "&deny=1");
    const auto done = here.visit(answer.field("location").value());
    REQUIRE(done.status == 303);
    const auto location = done.field("location").value();
    check_told(here, location, "ACCESS_DENIED");
    CHECK(
        query_parameter(location, "message") == "Connection cancelled. You can try again anytime."
    );
}

TEST_CASE("cancelling at Google is told too: its refusals name no issuer") {
    world_options options;
    options.provider = "google";
    options.settings = json{{"iss", GENERATE(true, false)}};
    watched here(options);
    const auto begun = here.begin();
    http_client browser("");
    const auto answer = browser.get(begun.at("authUrl").get<std::string>() + "&deny=1");
    const auto back = answer.field("location").value();
    CHECK_FALSE(query_parameter(back, "iss"));
    check_told(here, here.visit(back).field("location").value(), "ACCESS_DENIED");
}

TEST_CASE("an answer from another issuer is refused, on success and on error") {
    watched here;
    here.provider().inject({"/authorize", sim::fault_kind::wrong_iss});
    check_told(here, here.connect(), "ISSUER_MISMATCH");
    const auto state = here.begin().at("state").get<std::string>();
    const auto answer = here.visit(
        callback_of(here, "error=access_denied&iss=https%3A%2F%2Fevil.example&state=" + state)
    );
    check_told(here, answer.field("location").value_or(""), "ISSUER_MISMATCH");
}

TEST_CASE("a code that the provider has taken already is told as such") {
    watched here;
    const auto begun = here.begin();
    const auto first = here.consent(begun.at("authUrl"));
    const auto code = query_parameter(first, "code").value();
    REQUIRE(here.visit(first).status == 303);
    here.api().del("/api/integrations/disconnect/demo");
    const auto again = here.begin();
    const auto url = here.consent(again.at("authUrl"));
    const auto own = query_parameter(url, "code").value();
    auto forged = url;
    forged.replace(forged.find(own), own.size(), code);
    check_told(here, here.visit(forged).field("location").value_or(""), "INVALID_CODE");
}

TEST_CASE("a redirect outside the allow-list is refused") {
    watched here;
    const auto target = GENERATE(
        as<std::string>{}, "https://evil.example/", "http://127.0.0.1:80@evil.example",
        "//evil.example", "javascript:alert(1)", "http://127.0.0.1.evil.example/",
        "http://127.0.0.1:9/after#fragment", ""
    );
    CAPTURE(target);
    const auto answer =
        here.api().post("/api/integrations/connect/demo", json{{"redirectUrl", target}});
    CHECK(answer.status == 400);
    const auto error = answer.json().at("error").get<std::string>();
    CHECK((error == "REDIRECT_NOT_ALLOWED" || (target.empty() && error == "INVALID_REQUEST")));
}

TEST_CASE("a parked connection is confirmed by the user who began, and by nobody else") {
    watched here;
    const auto location = here.connect("ann", "u1", json{{"confirm", true}});
    REQUIRE(query_parameter(location, "status") == "confirm");
    CHECK_FALSE(query_parameter(location, "connectionId"));
    const json body{{"confirmation", query_parameter(location, "confirmation").value()}};
    const auto waiting = here.api().get("/api/integrations/status").json().at("integrations");
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].at("status") == "pending");
    CHECK(waiting[0].at("isConnected") == false);
    CHECK(here.api().get(here.token_path(waiting[0].at("connectionId"))).status == 404);

    CHECK(
        here.api("mallory").post("/api/integrations/confirm", body).json().at("error") ==
        "INVALID_STATE"
    );
    const auto confirmed = here.api().post("/api/integrations/confirm", body);
    INFO(confirmed.body);
    REQUIRE(confirmed.status == 200);
    CHECK(here.api().get(here.token_path(confirmed.json().at("connectionId"))).status == 200);
    CHECK(here.api().post("/api/integrations/confirm", body).status == 400);
}

TEST_CASE("a parked connection that its user does not want is given up, and can't be confirmed") {
    watched here;
    const auto location = here.connect("ann", "u1", json{{"confirm", true}});
    const json body{{"confirmation", query_parameter(location, "confirmation").value()}};
    const auto waiting = here.api().get("/api/integrations/status").json().at("integrations");
    const auto path =
        "/api/integrations/disconnect/demo/" + waiting.at(0).at("connectionId").get<std::string>();
    CHECK(here.api("mallory").del(path).status == 404);
    CHECK(here.api().del(path).status == 200);
    CHECK(here.api().get("/api/integrations/status").json().at("integrations").empty());
    CHECK(here.api().post("/api/integrations/confirm", body).status == 400);
    CHECK(here.api().del(path).status == 404);
    CHECK(soon([&] { return here.provider().count().revokes > 0; }));
}

TEST_CASE("reconnecting one account with another one is refused") {
    watched here;
    const auto id = here.connected("ann", "u1");
    const auto before = here.api().get(here.token_path(id)).json();
    const auto location = here.connect("ann", "u2", json{{"accountId", "u1"}});
    CHECK(query_parameter(location, "error") == "ACCOUNT_MISMATCH");
    CHECK(here.provider().count().revokes == 2);
    CHECK(connections(here) == 1);
    CHECK(here.api().get(here.token_path(id)).json() == before);
    CHECK(
        query_parameter(here.connect("ann", "u1", json{{"accountId", id}}), "status") == "connected"
    );
}

TEST_CASE("a provider in trouble is told, and the flow leaves nothing behind") {
    const auto [kind, status, error] = GENERATE(table<sim::fault_kind, std::uint32_t, std::string>({
        {sim::fault_kind::status, 429, "RATE_LIMITED"},
        {sim::fault_kind::status, 500, "PROVIDER_UNAVAILABLE"},
        {sim::fault_kind::status, 503, "PROVIDER_UNAVAILABLE"},
        {sim::fault_kind::html_200, 200, "PROVIDER_ERROR"},
        {sim::fault_kind::truncated_json, 200, "PROVIDER_ERROR"},
        {sim::fault_kind::reset_before_read, 0, "PROVIDER_UNAVAILABLE"},
        {sim::fault_kind::reset_after_read, 0, "PROVIDER_UNAVAILABLE"},
        {sim::fault_kind::close_mid_body, 0, "PROVIDER_UNAVAILABLE"},
    }));
    CAPTURE(static_cast<int>(kind), status);
    watched here;
    sim::fault trouble;
    trouble.path = "/token";
    trouble.kind = kind;
    trouble.status = status;
    here.provider().inject(trouble);
    check_told(here, here.connect(), error);
    CHECK(query_parameter(here.connect(), "status") == "connected");
}

TEST_CASE("a provider at whose address nobody listens is told, and a token that lives is served on"
) {
    watched here;
    const auto id = here.connected();
    const auto url = here.consent(here.begin("bob").at("authUrl"), "u2");
    here.end_provider();
    const auto told = here.visit(url).field("location").value_or("");
    INFO(told);
    CHECK(query_parameter(told, "error") == "PROVIDER_UNAVAILABLE");
    CHECK(here.api("bob").get("/api/integrations/status").json().at("integrations").empty());
    CHECK(here.api().get(here.token_path(id)).status == 200);
    here.host().stop();
    here.host().start();
    CHECK(here.api().get(here.token_path(id)).status == 200);
}

TEST_CASE("a provider that is slow beyond the deadline is told as a timeout") {
    world_options options;
    options.config = "timeouts: {operation: 1s}\n";
    watched here(options);
    sim::fault slow;
    slow.path = "/token";
    slow.kind = sim::fault_kind::delay;
    slow.delay_ms = 5'000;
    here.provider().inject(slow);
    check_told(here, here.connect(), "PROVIDER_TIMEOUT");
}

}  // namespace tenon::test
