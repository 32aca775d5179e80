// What must never be read anywhere: looked for with canaries.
#include "integration/world.hpp"
#include "support/canary.hpp"
#include "support/catch.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <fstream>
#include <set>

namespace tenon::test {
namespace {

using nlohmann::json;

// The keys of a keyring file: 64 hexadecimal digits each.
void add_keys(canary_watch& watch, const std::filesystem::path& keyring) {
    std::ifstream file(keyring);
    for (std::string word; file >> word;) {
        constexpr std::size_t digits = 64;
        if (word.size() == digits) {
            watch.add("encryption key", word);
            std::string bytes;
            for (std::size_t i = 0; i < digits; i += 2) {
                bytes += static_cast<char>(std::stoi(word.substr(i, 2), nullptr, 16));
            }
            watch.add("encryption key", bytes);
        }
    }
}

// All that an operator's back-up would hold.
auto dump(world& here) -> std::string {
    process dumping(
        {{"/usr/bin/pg_dump", "-d", postgres_url(here.database(), "postgres")}, {}, {}, {}, {}}
    );
    auto done = dumping.wait(std::chrono::seconds(60));
    INFO(done.err);
    REQUIRE(done.code == 0);
    return done.out;
}

auto search_database(const canary_watch& watch, world& here) -> std::vector<canary_found> {
    // The configuration holds what the operator wrote; the keyring is kept apart from the data.
    auto found = watch.search_tree(
        here.host().dir(), {here.host().config_file().filename().string(), "keyring"}
    );
    if (!here.database().empty()) {
        const auto dumped = dump(here);
        CHECK(dumped.find("COPY public.grants") != std::string::npos);
        const auto more = watch.search(dumped, "pg_dump");
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

void confirm_one(world& here) {
    const auto parked = here.connect("bob", "u2", {{"confirm", true}});
    const auto confirmed = here.api("bob").post(
        "/api/integrations/confirm",
        {{"confirmation", query_parameter(parked, "confirmation").value_or("")}}
    );
    INFO(confirmed.body);
    REQUIRE(confirmed.status == 200);
}

void import_one(world& here, canary_watch& watch) {
    const auto access = make_canary("imported");
    const auto refresh = make_canary("imported-refresh");
    watch.add("imported", access);
    watch.add("imported", refresh);
    const auto imported = here.api("carol").post(
        "/api/integrations/import/" + here.name(), {{"accountId", "c1"},
                                                    {"accessToken", access},
                                                    {"refreshToken", refresh},
                                                    {"validate", false}}
    );
    INFO(imported.body);
    REQUIRE(imported.json().at("imported").size() == 1);
}

// Answers under an Idempotency-Key, which are stored.
void ask_once(world& here, canary_watch& watch) {
    auto api = here.api();
    const auto ask = [&api](const std::string& path, const json& body) {
        const auto answer = api.send(
            {"POST",
             path,
             {{"Content-Type", "application/json"}, {"Idempotency-Key", "once-" + path}},
             body.dump()}
        );
        INFO(answer.body);
        REQUIRE(answer.status / 100 == 2);
        return answer.json();
    };
    const auto made = ask("/api/keys", {{"name", "n"}, {"scopes", {"tokens:read"}}});
    watch.add("new key", made.at("key").get<std::string>());
    const auto begun =
        ask("/api/integrations/connect/" + here.name(),
            {{"redirectUrl", "http://127.0.0.1:9/after"}});
    watch.add("state", begun.at("state").get<std::string>());
    if (const auto nonce = query_parameter(begun.at("authUrl").get<std::string>(), "nonce")) {
        watch.add("nonce", *nonce);
    }
}

// A life with all that brings secrets along: connect, refresh, read, and failures, which are told
// at length. Connections by other ways, and answers that are kept to be given once more, bring what
// never reaches the provider: it is added to the watch.
void live(world& here, canary_watch& watch) {
    const auto id = here.connected();
    here.api().get(here.token_path(id));
    const auto path = "/api/integrations/refresh/" + here.name() + "/" + id;
    here.api().post(path, json::object());
    here.api().get(here.token_path(id));
    sim::fault broken;
    broken.path = "/";
    broken.kind = sim::fault_kind::truncated_json;
    broken.times = 2;
    here.provider().inject(broken);
    here.api().get("/api/integrations/profile/" + here.name() + "/" + id + "?fresh=true");
    here.api().post(path, json::object());
    confirm_one(here);
    import_one(here, watch);
    ask_once(here, watch);
}

// Neither in what an operator reads nor in what is stored.
void check_nowhere(world& here, canary_watch watch) {
    if (here.database().empty()) {
        add_keys(watch, here.host().dir() / "data" / "keyring");
    }
    CHECK(watch.watches("encryption key"));
    const auto metrics = here.api().get("/metrics");
    REQUIRE(metrics.status == 200);
    const auto found = watch.search(metrics.body, "/metrics");
    INFO(describe(found));
    CHECK(found.empty());
    const auto stored = search_database(watch, here);
    INFO(describe(stored));
    CHECK(stored.empty());
    REQUIRE(here.host().log().find("request") != std::string::npos);  // there was a log to search
}

}  // namespace

TEST_CASE("no token, code, verifier, secret or key is in the database, the log or the metrics") {
    const auto provider = GENERATE(
        as<std::string>{}, "oidc", "asana", "discord", "facebook", "github", "google", "instagram",
        "jira", "linear", "linkedin", "microsoft", "notion", "reddit", "salesforce", "slack",
        "tiktok", "x"
    );
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(provider, name_of(stored_in));
    world_options options;
    options.provider = provider;
    options.stored_in = stored_in;
    options.client_secret = make_canary("client-secret");
    options.settings = json{{"client_secret", options.client_secret}};
    if (provider == "slack") {
        options.settings["rotation"] = true;
    } else if (provider == "github") {
        options.settings["github_app"] = true;
    }
    world here(options);
    canary_watch more;
    live(here, more);

    auto watch = here.secrets(std::move(more));
    // What was let loose is what this test is about.
    std::set<std::string> names{"API key",      "state",        "code",     "client_secret",
                                "access_token", "confirmation", "imported", "new key"};
    const bool renews_itself = provider == "instagram" || provider == "facebook";
    names.insert(renews_itself ? "bearer" : "refresh_token");
    const std::set<std::string> without_pkce{"facebook", "instagram", "linkedin", "notion",
                                             "reddit",   "slack",     "tiktok"};
    if (!without_pkce.contains(provider)) {
        names.insert("code_verifier");
    }
    if (provider == "facebook") {
        names.insert({"appsecret_proof", "fb_exchange_token"});
    }
    const std::set<std::string> with_openid{"oidc", "google", "linkedin", "microsoft"};
    if (with_openid.contains(provider)) {
        names.insert("id_token");
    }
    if (with_openid.contains(provider) && provider != "linkedin") {
        names.insert("nonce");
    }
    for (const auto& name : names) {
        INFO(name);
        CHECK(watch.watches(name));
    }
    check_nowhere(here, std::move(watch));
}

TEST_CASE("no credential that a user brought along is in the database, the log or the metrics") {
    world_options options;
    options.provider = "onlyfans";
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(options.stored_in));
    world here(options);
    auto watch = here.secrets();
    for (const auto* key : {"ofapi_demo_0123456789abcdef", "ofapi_another_key_0123456789"}) {
        watch.add("credential", key);
        const json body{
            {"credentials", {{"api_key", key}}}, {"params", {{"account", "acct_demo1"}}}};
        const auto answer = here.api().send(
            {"POST",
             "/api/integrations/connect/onlyfans",
             {{"Content-Type", "application/json"},
              {"Idempotency-Key", "once-" + std::string(key, 10)}},
             body.dump()}
        );
        CHECK((answer.status == 200) == (key == std::string("ofapi_demo_0123456789abcdef")));
    }
    check_nowhere(here, std::move(watch));
}

TEST_CASE("a refresh token that were stored as it is would be found, on either engine") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world_options options;
    options.stored_in = stored_in;
    world here(options);
    here.connected();
    std::string token;
    for (const auto& one : here.provider().recorded()) {
        const auto body = json::parse(one.response.body, nullptr, false);
        if (body.is_object() && body.contains("refresh_token")) {
            token = body.at("refresh_token");
        }
    }
    REQUIRE_FALSE(token.empty());
    here.change_database("UPDATE grants SET last_failure = '" + token + "'");
    const auto found = search_database(here.secrets(), here);
    CHECK(std::any_of(found.begin(), found.end(), [](const canary_found& one) {
        return one.name == "refresh_token";
    }));
}

}  // namespace tenon::test
