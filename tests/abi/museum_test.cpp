// Binaries that were released are never rebuilt: whatever becomes of host and SDK, they load and
// run.
#include "abi/deployment.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

using namespace tenon::test;

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
    for (const auto* name : {"google", "instagram", "slack", "tiktok", "acme"}) {
        all.push_back(client_of(name));
    }
    auto plain = client_of("plain");
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
    return request;
}

}  // namespace

TEST_CASE("what is in the museum is what was put there, and all of it") {
    const auto all = exhibits();
    CHECK(all.size() >= 6);
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TENON_MUSEUM "/v1.0")) {
        ++found;
        const auto name = "v1.0/" + entry.path().filename().string();
        INFO(name);
        REQUIRE(all.contains(name));
        CHECK(to_hex(sha256(bytes_of(entry.path()))) == all.at(name));
    }
    CHECK(found == all.size());
}

TEST_CASE("each exhibit is loaded by this host, and sends the browser off as on its first day") {
    deployment all(TENON_MUSEUM "/v1.0", sections());
    const auto snapshot = all.providers.snapshot();
    CHECK(snapshot->problems.empty());
    const std::map<std::string, std::string> begins{
        {"google", "https://accounts.google.com/o/oauth2/v2/auth?"},
        {"instagram", "https://www.instagram.com/oauth/authorize?"},
        {"slack", "https://slack.com/oauth/v2/authorize?"},
        {"tiktok", "https://www.tiktok.com/v2/auth/authorize/?"},
        {"plain", "https://id.example.test/authorize?"}};
    for (const auto& [name, begin] : begins) {
        CAPTURE(name);
        const auto sent = all.perform(name, authorize());
        REQUIRE(sent.has_value());
        CHECK(sent->authorize_url.starts_with(begin));
        CHECK(sent->authorize_url.find("state=st%26te") != std::string::npos);
    }
}

TEST_CASE("each exhibit exchanges a code for tokens, and says what a refusal means") {
    deployment all(TENON_MUSEUM "/v1.0", sections());
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

TEST_CASE("the exhibit in plain C takes an API key") {
    deployment all(TENON_MUSEUM "/v1.0", sections());
    operation_request asked;
    asked.kind = operation_kind::validate;
    asked.secrets.credentials.emplace("api_key", secret("the-key-1"));
    all.http.answer(200, R"({"id": 42})");
    const auto granted = all.perform("acme", std::move(asked));
    REQUIRE(granted.has_value());
    CHECK(granted->grants.at(0).access_token.reveal() == "the-key-1");
}
