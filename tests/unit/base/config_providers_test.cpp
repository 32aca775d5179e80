#include "config_fixture.hpp"

using namespace tenon::host;
using tenon::test::load;

namespace {

auto section(
    const std::string& yaml, const std::string& name, const environment_map& variables = {}
) -> provider_section {
    const auto read = load(yaml, variables);
    if (read.has_error()) {
        FAIL(read.error().message);
    }
    for (const auto& found : read->providers) {
        if (found.name == name) {
            return found;
        }
    }
    FAIL("no provider " << name);
    return {};
}

auto problems(const std::string& yaml, const environment_map& variables = {}) -> std::string {
    const auto read = load(yaml, variables);
    return read.has_error() ? read.error().message : "";
}

}  // namespace

TEST_CASE("a provider's section is read as the design shows it") {
    const auto acme = section(
        R"(
providers:
  acme:
    plugin: oauth2
    issuer: https://id.acme.example
    client_id: tenon
    client_secret: ${ACME_CLIENT_SECRET}
    scopes: [openid, profile, offline_access]
    token_auth_method: client_secret_basic
    authorize_params: {prompt: consent, max_age: 300, strict: true, hd: "1", version: 1.10, build: 007, id: 12345678901234567890}
    profile: {account_id: sub, roles: [a, "2", 2.5, null]}
    redirect_uri: https://t.example/cb
    origins: {"https://id.acme.example": "http://127.0.0.1:9001"}
    isolation: worker
    enabled: no
)",
        "acme", {{"ACME_CLIENT_SECRET", "s-1"}}
    );
    CHECK(acme.plugin == "oauth2");
    CHECK(acme.client_id == "tenon");
    REQUIRE(acme.client_secrets.size() == 1);
    CHECK(acme.client_secrets[0].reveal() == "s-1");
    CHECK(acme.scopes == std::vector<std::string>{"openid", "profile", "offline_access"});
    CHECK(acme.redirect_uri == "https://t.example/cb");
    CHECK(acme.origins.at("https://id.acme.example") == "http://127.0.0.1:9001");
    CHECK(acme.run_in == isolation::worker);
    CHECK_FALSE(acme.enabled);
    REQUIRE(acme.config.size() == 4);
    CHECK(acme.config.at("issuer").text == "https://id.acme.example");
    CHECK_FALSE(acme.config.at("issuer").is_json);
    CHECK(acme.config.at("token_auth_method").text == "client_secret_basic");
    CHECK(acme.config.at("authorize_params").is_json);
    CHECK(
        acme.config.at("authorize_params").text ==
        R"({"build":"007","hd":"1","id":"12345678901234567890","max_age":300,"prompt":"consent","strict":true,"version":"1.10"})"
    );
    CHECK(acme.config.at("profile").text == R"({"account_id":"sub","roles":["a","2",2.5,null]})");
}

TEST_CASE("client secrets are an ordered list, and unset ones are left out") {
    const auto slack = section(
        "providers:\n  slack:\n    client_id: i\n    client_secret: [\"${NEW}\", \"${NONE}\", "
        "old]\n",
        "slack", {{"NEW", "new"}}
    );
    REQUIRE(slack.client_secrets.size() == 2);
    CHECK(slack.client_secrets[0].reveal() == "new");
    CHECK(slack.client_secrets[1].reveal() == "old");
}

TEST_CASE("the names that people know fill in what the file leaves out") {
    const environment_map variables = {
        {"SLACK_CLIENT_ID", "id"},
        {"SLACK_CLIENT_SECRET", "secret"},
        {"SLACK_REDIRECT_URI", "https://t.example/s"},
        {"TIKTOK_CLIENT_KEY", "key"},
        {"INSTAGRAM_APP_ID", "app"},
        {"INSTAGRAM_APP_SECRET", "app-secret"},
        {"ACME_CRM_CLIENT_ID", "crm"},
        {"HARBOR_CLIENT_ID", "not asked for"},
        {"GOOGLE_CLIENT_ID", ""}};
    const auto slack = section("", "slack", variables);
    CHECK(slack.client_id == "id");
    CHECK(slack.client_secrets.at(0).reveal() == "secret");
    CHECK(slack.redirect_uri == "https://t.example/s");
    CHECK(section("", "tiktok", variables).client_id == "key");
    CHECK(section("", "instagram", variables).client_id == "app");
    CHECK(section("", "instagram", variables).client_secrets.at(0).reveal() == "app-secret");
    CHECK(
        section("providers: {acme-crm: {plugin: oauth2}}\n", "acme-crm", variables).client_id ==
        "crm"
    );
    CHECK(load("", variables)->providers.size() == 3);
    const auto own = section(
        "providers: {slack: {client_id: own, client_secret: [a, b]}}\n", "slack", variables
    );
    CHECK(own.client_id == "own");
    CHECK(own.client_secrets.size() == 2);
    CHECK(own.redirect_uri == "https://t.example/s");
}

TEST_CASE("a client's id and secret in the environment name a candidate for the catalogue") {
    const auto read = tenon::test::loaded(
        "providers: {dropbox: {client_id: x}}\n",
        {{"SPOTIFY_CLIENT_ID", "id"},
         {"SPOTIFY_CLIENT_SECRET", "secret"},
         {"CAL_COM_OAUTH_CLIENT_ID", "id"},
         {"CAL_COM_OAUTH_CLIENT_SECRET", "secret"},
         {"GITHUB_CLIENT_ID", "without a secret"},
         {"DROPBOX_CLIENT_ID", "id"},
         {"DROPBOX_CLIENT_SECRET", "of the file's section"},
         {"SLACK_CLIENT_ID", "id"},
         {"SLACK_CLIENT_SECRET", "of a bundled one"}}
    );
    REQUIRE(read.candidates.size() == 2);
    CHECK(read.candidates[0].name == "cal_com_oauth");
    CHECK(read.candidates[1].name == "spotify");
    CHECK(read.candidates[1].client_id == "id");
    CHECK(read.candidates[1].client_secrets.size() == 1);
}

TEST_CASE("a switch in the environment turns a provider on or off") {
    const environment_map off = {{"ENABLE_SLACK_INTEGRATION", "false"}, {"SLACK_CLIENT_ID", "id"}};
    CHECK_FALSE(section("", "slack", off).enabled);
    CHECK_FALSE(section("providers: {slack: {enabled: true}}\n", "slack", off).enabled);
    CHECK(section(
              "providers: {slack: {enabled: false}}\n", "slack",
              {{"ENABLE_SLACK_INTEGRATION", "true"}}
    ).enabled);
    const auto github =
        section("", "github", {{"ENABLE_GITHUB_INTEGRATION", "1"}, {"GITHUB_CLIENT_ID", "gh"}});
    CHECK(github.client_id == "gh");
    CHECK(load("", {{"ENABLE_GITHUB_INTEGRATION", "0"}})->providers.empty());
    CHECK(
        load(
            "providers: {acme-crm: {plugin: oauth2}}\n", {{"ENABLE_ACME_CRM_INTEGRATION", "1"}}
        )->providers.size() == 1
    );
    CHECK_THAT(
        problems("", {{"ENABLE_SLACK_INTEGRATION", "maybe"}, {"SLACK_CLIENT_ID", "id"}}),
        Catch::Contains("ENABLE_SLACK_INTEGRATION: ")
    );
}

TEST_CASE("plain http is refused for a provider unless it is on loopback") {
    CHECK(
        problems(
            "providers: {a: {issuer: \"http://127.0.0.1:9000\", token_url: https://x.example/t}}\n"
        )
            .empty()
    );
    const auto issuer = problems("providers:\n  a:\n    issuer: http://id.example\n");
    CHECK_THAT(issuer, Catch::Contains(":3: `providers.a.issuer` must be an https URL"));
    CHECK_THAT(
        problems("providers: {a: {token_url: \"HTTP://id.example\"}}\n"),
        Catch::Contains("token_url")
    );
    CHECK_THAT(
        problems("providers: {a: {token_url: \"http://127.0.0.1@id.example\"}}\n"),
        Catch::Contains("token_url")
    );
    CHECK_THAT(
        problems("providers: {a: {redirect_uri: http://t.example}}\n"),
        Catch::Contains("redirect_uri")
    );
    CHECK_THAT(
        problems("", {{"SLACK_CLIENT_ID", "i"}, {"SLACK_REDIRECT_URI", "http://t.example"}}),
        Catch::Contains("redirect_uri")
    );
    CHECK_THAT(
        problems("providers: {a: {origins: {\"https://a.example\": \"http://b.example\"}}}\n"),
        Catch::Contains("origins")
    );
    CHECK(load("providers: {a: {origins: {\"https://{shop}.a.example\": \"https://b.example\"}}}\n")
              .has_value());
    CHECK_THAT(
        problems("providers: {a: {origins: {\"https://{shop.a.example\": \"https://b.example\"}}}\n"
        ),
        Catch::Contains("origins")
    );
    CHECK_THAT(
        problems("providers: {a: {origins: {\"https://a.example/x\": \"https://b.example\"}}}\n"),
        Catch::Contains("origins")
    );
}

TEST_CASE("sections of the wrong shape are refused with their place") {
    CHECK_THAT(problems("providers: [slack]\n"), Catch::Contains(":1: `providers` must be a map"));
    CHECK_THAT(
        problems("providers:\n  slack: yes\n"),
        Catch::Contains(":2: `providers.slack` must be a map")
    );
    CHECK_THAT(problems("providers:\n  Slack: {}\n"), Catch::Contains("lower-case"));
    CHECK_THAT(
        problems("providers: {a: {enabled: 7}}\n"), Catch::Contains("`providers.a.enabled` must be")
    );
    CHECK_THAT(
        problems("providers: {a: {enabled: [true]}}\n"),
        Catch::Contains("`providers.a.enabled` must be")
    );
    CHECK_THAT(
        problems("providers: {a: {client_id: [x]}}\n"), Catch::Contains("must be a single value")
    );
    CHECK_THAT(problems("providers: {a: {scopes: {x: y}}}\n"), Catch::Contains("must be a list"));
    CHECK_THAT(
        problems("providers: {a: {client_secret: [[x]]}}\n"), Catch::Contains("must be a list")
    );
    CHECK_THAT(problems("providers: {a: {origins: [x]}}\n"), Catch::Contains("must be a map"));
    CHECK_THAT(
        problems("providers: {a: {isolation: cloud}}\n"),
        Catch::Contains("`process`, `worker` or `worker-per-operation`")
    );
    CHECK_THAT(
        problems("providers: {a: {x: {y: 1, y: 2}}}\n"),
        Catch::Contains("`providers.a.x.y` is there twice")
    );
    CHECK(load("providers: {slack: }\n")->providers.size() == 1);
}

TEST_CASE("no problem shows a client secret") {
    const auto text = problems(
        "providers: {a: {client_secret: {x: my-secret}, enabled: 7}}\nbootstrap_api_key: "
        "my-secret\n"
    );
    CHECK_THAT(text, Catch::Contains("client_secret") && !Catch::Contains("my-secret"));
}

TEST_CASE("where a provider's key has its value from is known, or else where its section is") {
    const auto values = load(
        "data_dir: var\nproviders:\n  slack:\n    client_idd: a\n    profile: {a: b}\n",
        {{"TENON_THREADS", "2"}}
    );
    REQUIRE(values.has_value());
    const auto line_of = [&](const std::string& key) {
        const auto place = place_of(*values, key);
        return place.substr(place.rfind(':') + 1);
    };
    CHECK(line_of("providers.slack.client_idd") == "4");
    CHECK(line_of("providers.slack.profile.a") == "5");
    CHECK(line_of("providers.slack.client_id") == "3");
    CHECK(line_of("data_dir") == "1");
    CHECK(place_of(*values, "threads") == "TENON_THREADS");
    CHECK(place_of(*values, "providers.google.client_id").empty());
}

TEST_CASE("a configuration that is refused can be looked at for the rest of it") {
    const tenon::test::temp_dir folder;
    const auto file = folder.write("tenon.yaml", "lisen: 1\nproviders:\n  slack: {a: b}\n");
    const auto read = examine_settings(file, {});
    REQUIRE(read.has_value());
    REQUIRE(read->refused);
    CHECK(read->refused->message == load_settings(file, {}).error().message);
    REQUIRE(read->values.providers.size() == 1);
    CHECK(read->values.providers[0].config.at("a").text == "b");
}
