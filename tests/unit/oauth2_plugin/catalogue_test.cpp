#include "base/catalogue.hpp"
#include "base/bundled.hpp"

#include "unit/oauth2_plugin/fixture.hpp"

#include <algorithm>

using namespace tenon::test;
namespace sim = tenon::sim;

namespace {

auto the_catalogue() -> catalogue {
    auto read = load_catalogue(TENON_CATALOGUE);
    REQUIRE(read);
    return *read;
}

// A section as an operator would write it, with what the entry says that it needs.
auto section_of(const catalogue& known, const std::string& name) -> provider_section {
    const auto entry = known.find(name);
    REQUIRE(entry);
    provider_section section;
    section.name = name;
    section.client_id = "client";
    section.client_secrets = {secret("secret")};
    nlohmann::json params = nlohmann::json::object();
    if (const auto fixed = entry->config.find("url_params"); fixed != entry->config.end()) {
        params = nlohmann::json::parse(fixed->second.text);
    }
    for (const auto& open : entry->needs) {
        params[open] = "filled.example.com";
    }
    if (!params.empty()) {
        section.config["url_params"] = {params.dump(), true};
    }
    auto complete = complete_from(known, section);
    REQUIRE(complete);
    return *complete;
}

// Every issuer in the world, with all that its metadata has to have.
class all_issuers final : public outbound_http {
  public:
    auto send(outbound_request request) -> boost::asio::awaitable<outbound_response> override {
        outbound_response answer;
        answer.status = 200;
        answer.sent = request_sent::yes;
        const auto issuer = request.url.substr(0, request.url.find("/.well-known/"));
        const nlohmann::json document{
            {"issuer", issuer},
            {"authorization_endpoint", issuer + "/authorize"},
            {"token_endpoint", issuer + "/token"},
            {"jwks_uri", issuer + "/keys"}};
        answer.body = document.dump();
        co_return answer;
    }
};

auto to_settings(const provider_section& from) -> provider_settings {
    provider_settings to;
    to.name = from.name;
    to.plugin = from.plugin;
    to.client_id = from.client_id;
    to.client_secrets = from.client_secrets;
    to.scopes = from.scopes;
    for (const auto& [key, value] : from.config) {
        to.config[key] = {value.text, value.is_json};
    }
    return to;
}

}  // namespace

TEST_CASE("every entry of the catalogue can be described, and says how sure it is") {
    const auto known = the_catalogue();
    const auto names = known.names();
    REQUIRE(names.size() > 400);
    registry_options options{{}, {}, {}, TENON_PLUGIN_DIR};
    for (const auto& name : names) {
        options.providers.push_back(to_settings(section_of(known, name)));
        const auto confidence = known.find(name)->confidence;
        CHECK((confidence == "high" || confidence == "medium" || confidence == "low"));
    }
    const standing_clock time;
    all_issuers http;
    registry providers(options, http, time);
    std::size_t with_issuer = 0;
    for (const auto& name : names) {
        if (known.find(name)->config.contains("issuer")) {
            ++with_issuer;
            CHECK(run(providers.acquire(name)));
        }
        const auto entry = providers.snapshot()->providers.at(name);
        INFO(name << ": " << entry.message);
        CHECK(entry.state == provider_state::enabled);
    }
    CHECK(with_issuer > 0);
}

TEST_CASE("an entry that needs a name is refused without it, and the name is told") {
    const auto known = the_catalogue();
    provider_section section;
    section.name = "keycloak";
    section.client_id = "client";
    section.client_secrets = {secret("secret")};
    const auto complete = complete_from(known, section);
    REQUIRE(complete);
    const standing_clock time;
    sim::stage nowhere(sim::make_simulator("oidc"));
    sim::in_process_http http(nowhere, time);
    const registry providers({{}, {to_settings(*complete)}, {}, TENON_PLUGIN_DIR}, http, time);
    const auto entry = providers.snapshot()->providers.at("keycloak");
    CHECK(entry.state == provider_state::misconfigured);
    CHECK(entry.message.find("{subdomain}") != std::string::npos);
}

TEST_CASE("of a grant that ends half a year after the consent the catalogue says so") {
    provider_section section;
    section.name = "spotify";
    const auto complete = complete_from(the_catalogue(), section);
    const auto refresh = nlohmann::json::parse(complete->config.at("refresh").text);
    CHECK(refresh.at("absolute_lifetime") == "15897600");
    CHECK_FALSE(refresh.contains("default_refresh_lifetime"));
}

TEST_CASE("a section's own keys win over the entry's") {
    const auto known = the_catalogue();
    provider_section section;
    section.name = "spotify";
    section.config["pkce"] = {"never", false};
    section.scopes = {"user-read-email"};
    const auto complete = complete_from(known, section);
    REQUIRE(complete);
    CHECK(complete->plugin == "oauth2");
    CHECK(complete->config.at("pkce").text == "never");
    CHECK(complete->config.at("token_url").text == "https://accounts.spotify.com/api/token");
    CHECK(complete->scopes == std::vector<std::string>{"user-read-email"});
}

TEST_CASE("sections of other plugins and unknown names stay as they are") {
    const auto known = the_catalogue();
    provider_section section;
    section.name = "spotify";
    section.plugin = "mine";
    CHECK(complete_from(known, section)->config.empty());
    section.name = "nobody-knows-it";
    section.plugin.clear();
    CHECK(complete_from(known, section)->plugin.empty());
    CHECK(known.find("nobody-knows-it").error().code == errc::unknown_provider);
    for (const auto bundled : bundled_providers) {
        CHECK_FALSE(known.contains(std::string(bundled)));
    }
}

TEST_CASE("a broken catalogue is refused with the line") {
    const auto message = [](std::string text) {
        return read_catalogue(std::move(text)).error().message;
    };
    CHECK(message("# head\n\na: {}\nb\n").find("line 4") != std::string::npos);
    CHECK(message("a: {}\na: {}\n").find("line 2") != std::string::npos);
    CHECK(message("A: {}\n").find("line 1") != std::string::npos);
    const auto read =
        read_catalogue("a: {\nb: {\"x\": 7}\nc: {\"x\": [{}]}\nd: {\"scopes\": \"x\"}\n");
    REQUIRE(read);
    CHECK(read->find("a").error().message.find("line 1") != std::string::npos);
    CHECK(read->find("b").error().message.find("line 2: x") != std::string::npos);
    CHECK(read->find("c").error().code == errc::invalid_request);
    CHECK(read->find("d").error().code == errc::invalid_request);
    CHECK(load_catalogue("/nowhere/catalogue.yaml").error().code == errc::not_found);
}
