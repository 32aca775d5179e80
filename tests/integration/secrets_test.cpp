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
    process dumping({{"/usr/bin/pg_dump", "-d", postgres_url(here.database())}, {}, {}, {}, {}});
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

// A life with all that brings secrets along: connect, refresh, read, and failures, which are told
// at length.
void live(world& here) {
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
    live(here);
    const auto metrics = here.api().get("/metrics");
    REQUIRE(metrics.status == 200);

    auto watch = here.secrets();
    if (stored_in == engine::sqlite) {
        add_keys(watch, here.host().dir() / "data" / "keyring");
    }
    // What was let loose is what this test is about.
    std::set<std::string> names{"API key", "state", "code", "client_secret", "access_token"};
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
    names.insert("encryption key");
    for (const auto& name : names) {
        INFO(name);
        CHECK(watch.watches(name));
    }
    const auto found = watch.search(metrics.body, "/metrics");
    INFO(describe(found));
    CHECK(found.empty());
    const auto stored = search_database(watch, here);
    INFO(describe(stored));
    CHECK(stored.empty());
    REQUIRE(here.host().log().find("request") != std::string::npos);  // there was a log to search
}

TEST_CASE("a refresh token that were stored as it is would be found, on either engine") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world_options options;
    options.stored_in = stored_in;
    world here(options);
    live(here);
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
