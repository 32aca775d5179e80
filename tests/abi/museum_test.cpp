// Binaries that were released are never rebuilt: whatever becomes of host and SDK, they load and
// run.
#include "abi/deployment.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

using namespace tenon::test;
using Catch::Matchers::Contains;

namespace {

// `<SHA-256>  <file>` a line, as sha256sum writes them.
auto exhibits() -> std::map<std::string, std::string> {
    std::ifstream list(std::string(TENON_MUSEUM) + "/SHA256SUMS");
    std::map<std::string, std::string> all;
    for (std::string sum, file; list >> sum >> file;) {
        all.emplace(file, sum);
    }
    return all;
}

// One of the museum's rooms: the same providers in each.
auto a_room() -> std::string {
    const std::string room = GENERATE("v1.0", "v1.0-closed");
    return std::string(TENON_MUSEUM) + "/" + room;
}

auto bytes_of(const std::filesystem::path& path) -> std::string {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

auto client_of(std::string name) -> provider_settings {
    provider_settings made;
    made.name = std::move(name);
    made.client_id = "client-1";
    made.client_secrets.emplace_back("secret-1");
    return made;
}

auto sections() -> std::vector<provider_settings> {
    std::vector<provider_settings> all;
    for (const auto* name :
         {"google", "instagram", "slack", "tiktok", "acme", "asana", "discord", "facebook",
          "github", "jira", "linear", "linkedin", "microsoft", "notion", "reddit", "salesforce",
          "x"}) {
        all.push_back(client_of(name));
    }
    auto plain = client_of("plain");
    const auto reddit = std::ranges::find(all, "reddit", &provider_settings::name);
    reddit->config = {{"reddit_user", {"tester", false}}};
    provider_settings keyed;
    keyed.name = "onlyfans";
    all.push_back(keyed);
    plain.plugin = "oauth2";
    plain.config = {
        {"authorize_url", {"https://id.example.test/authorize", false}},
        {"token_url", {"https://id.example.test/token", false}},
        {"userinfo_url", {"https://id.example.test/me", false}}};
    all.push_back(plain);
    return all;
}

auto authorize() -> operation_request {
    auto request = request_of(operation_kind::authorize);
    request.params.emplace_back("code_challenge", std::string(43, 'c'));
    request.params.emplace_back("code_challenge_method", "S256");
    request.params.emplace_back("nonce", "n");
    request.connect = {{"host", "acme--test.sandbox.my"}};  // Salesforce's: others ask for none
    return request;
}

}  // namespace

TEST_CASE("what is in the museum is what was put there, and all of it") {
    const auto all = exhibits();
    CHECK(all.size() >= 38);
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(TENON_MUSEUM)) {
        if (entry.path().extension() != ".so") {
            continue;
        }
        ++found;
        const auto name = entry.path().lexically_relative(TENON_MUSEUM).string();
        INFO(name);
        REQUIRE(all.contains(name));
        CHECK(to_hex(sha256(bytes_of(entry.path()))) == all.at(name));
    }
    CHECK(found == all.size());
}

TEST_CASE("each exhibit is loaded by this host, and sends the browser off as on its first day") {
    const auto room = a_room();
    deployment all(room, sections());
    const auto snapshot = all.providers.snapshot();
    CHECK(snapshot->problems.empty());
    const std::map<std::string, std::string> begins{
        {"google", "https://accounts.google.com/o/oauth2/v2/auth?"},
        {"instagram", "https://www.instagram.com/oauth/authorize?"},
        {"slack", "https://slack.com/oauth/v2/authorize?"},
        {"tiktok", "https://www.tiktok.com/v2/auth/authorize/?"},
        {"asana", "https://app.asana.com/-/oauth_authorize?"},
        {"discord", "https://discord.com/"},
        {"facebook", "https://www.facebook.com/v"},
        {"github", "https://github.com/login/oauth/authorize?"},
        {"jira", "https://auth.atlassian.com/authorize?"},
        {"linear", "https://linear.app/oauth/authorize?"},
        {"linkedin", "https://www.linkedin.com/oauth/v2/authorization?"},
        {"microsoft", "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?"},
        {"notion", "https://api.notion.com/v1/oauth/authorize?"},
        {"reddit", "https://www.reddit.com/api/v1/authorize?"},
        {"salesforce", "https://acme--test.sandbox.my.salesforce.com/services/oauth2/authorize?"},
        {"x", "https://x.com/i/oauth2/authorize?"},
        {"plain", "https://id.example.test/authorize?"}};
    for (const auto& [name, begin] : begins) {
        CAPTURE(name);
        const auto sent = all.perform(name, authorize());
        REQUIRE(sent.has_value());
        CHECK(sent->authorize_url.starts_with(begin));
        // The last field that version 1.0 was given before it was closed; the generic plugin has
        // none of its own.
        const bool whole = room.ends_with("closed") && name != "plain";
        CHECK(snapshot->providers.at(name).about->docs_url.empty() != whole);
        CHECK(sent->authorize_url.find("state=st%26te") != std::string::npos);
    }
}

TEST_CASE("each exhibit exchanges a code for tokens, and says what a refusal means") {
    deployment all(a_room(), sections());
    const std::string bearer =
        R"({"ok":true,"access_token":"at-1","token_type":"Bearer","expires_in":3600,)"
        R"("refresh_token":"rt-1","scope":"a","open_id":"o","user_id":"7",)"
        R"("refresh_expires_in":9000,"team":{"id":"T1"},"authed_user":{"id":"U1"}})";
    for (const std::string name : {"google", "slack", "tiktok", "plain"}) {
        CAPTURE(name);
        all.http.answer(200, bearer);
        const auto granted = all.perform(name, request_of(operation_kind::exchange));
        REQUIRE(granted.has_value());
        CHECK(granted->grants.at(0).access_token.reveal() == "at-1");
        all.http.answer(503, "busy");
        const auto busy = all.perform(name, request_of(operation_kind::refresh));
        REQUIRE(busy.has_error());
        CHECK(busy.error().category == failure_category::unavailable);
    }
    all.http.answer(200, R"({"access_token":"short","user_id":7})");
    all.http.answer(200, R"({"access_token":"long","token_type":"bearer","expires_in":5184000})");
    const auto lived = all.perform("instagram", request_of(operation_kind::exchange));
    REQUIRE(lived.has_value());
    CHECK(lived->grants.at(0).access_token.reveal() == "long");
}

TEST_CASE("an exhibit calls the host's own service, and its request carries what came of it") {
    deployment all(a_room(), sections());
    auto asked = request_of(operation_kind::profile);
    asked.secrets.access_token = secret("at-1");
    all.http.answer(200, R"({"id":"7","name":"Ann"})");
    const auto profile = all.perform("facebook", std::move(asked));
    REQUIRE(profile.has_value());
    CHECK(profile->field("account_id")->value == "7");
    const auto& url = all.http.seen.at(0).url;
    const auto proof = to_hex(hmac_sha256("secret-1", "at-1"));
    CHECK_THAT(url, Contains("appsecret_proof=" + proof));
}

TEST_CASE("an exhibit whose host is a user's is asked there, and nowhere else") {
    deployment all(a_room(), sections());
    auto asked = request_of(operation_kind::exchange);
    asked.connect = {{"host", "login"}};
    all.http.answer(
        200, R"({"access_token":"at-1","refresh_token":"rt-1","token_type":"Bearer","scope":"api",)"
             R"("instance_url":"https://acme.my.salesforce.com",)"
             R"("id":"https://login.salesforce.com/id/00D/005"})"
    );
    const auto granted = all.perform("salesforce", asked);
    REQUIRE(granted.has_value());
    CHECK(all.http.seen.at(0).url == "https://login.salesforce.com/services/oauth2/token");
    CHECK(granted->grants.at(0).base_url == "https://acme.my.salesforce.com");
    asked.connect = {{"host", "evil.example/"}};
    const auto elsewhere = all.perform("salesforce", asked);
    REQUIRE(elsewhere.has_error());
    CHECK(all.http.seen.size() == 1);
}

TEST_CASE("an exhibit that takes API keys asks the provider whose it is") {
    deployment all(a_room(), sections());
    operation_request asked;
    asked.kind = operation_kind::validate;
    asked.secrets.credentials.emplace("api_key", secret("ofapi_1"));
    all.http.answer(200, R"({"data":[{"id":"acct_9","onlyfans_username":"ann"}]})");
    const auto granted = all.perform("onlyfans", std::move(asked));
    REQUIRE(granted.has_value());
    CHECK(granted->grants.at(0).account_id == "acct_9");
    CHECK(granted->grants.at(0).access_token.reveal() == "ofapi_1");
}

TEST_CASE("the exhibit in plain C takes an API key") {
    deployment all(a_room(), sections());
    operation_request asked;
    asked.kind = operation_kind::validate;
    asked.secrets.credentials.emplace("api_key", secret("the-key-1"));
    all.http.answer(200, R"({"id": 42})");
    const auto granted = all.perform("acme", std::move(asked));
    REQUIRE(granted.has_value());
    CHECK(granted->grants.at(0).access_token.reveal() == "the-key-1");
}
