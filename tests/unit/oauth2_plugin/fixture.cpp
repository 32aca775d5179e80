#include "unit/oauth2_plugin/fixture.hpp"

namespace tenon::test {
namespace {

auto make_actor(const nlohmann::json& settings) -> std::unique_ptr<sim::simulator> {
    auto actor = sim::make_simulator("oidc");
    const nlohmann::json always = {
        {"issuer", "http://127.0.0.1:4000"},
        {"auto_consent", true},
        {"redirect_uris", {callback_url}}};
    REQUIRE(sim::apply_settings(actor->settings(), always).empty());
    REQUIRE(sim::apply_settings(actor->settings(), settings).empty());
    return actor;
}

}  // namespace

auto acme(const std::map<std::string, std::string>& config) -> provider_settings {
    provider_settings section;
    section.name = "acme";
    section.plugin = "oauth2";
    section.client_id = "demo-client";
    section.client_secrets = {secret("demo-secret")};
    section.scopes = {"openid", "profile", "email", "offline_access"};
    for (const auto& [key, text] : config) {
        section.config[key] = {text, text.starts_with('{') || text.starts_with('[')};
    }
    return section;
}

auto addresses() -> std::map<std::string, std::string> {
    return {
        {"authorize_url", "http://127.0.0.1:4000/authorize"},
        {"token_url", "http://127.0.0.1:4000/token"},
        {"userinfo_url", "http://127.0.0.1:4000/userinfo"},
        {"revoke_url", "http://127.0.0.1:4000/revoke"}};
}

world::world(provider_settings section, const nlohmann::json& simulator)
    : scene(make_actor(simulator)),
      providers({{}, {std::move(section)}, {}, TENON_PLUGIN_DIR}, http, time) {}

auto world::instance() -> provider_handle {
    auto found = run(providers.acquire("acme"));
    INFO(entry().message);
    REQUIRE(found);
    return *found;
}

auto world::entry() const -> provider_entry {
    return providers.snapshot()->providers.at("acme");
}

auto world::perform(operation_request request) -> operation_result {
    return run(run_operation(instance(), std::move(request), http, time));
}

auto world::authorize_url(std::map<std::string, std::string> connect) -> std::string {
    operation_request request;
    request.kind = operation_kind::authorize;
    request.params = {{"redirect_uri", callback_url}, {"state", "st&te"}, {"scope", scope}};
    if (with_pkce) {
        request.params.emplace_back("code_challenge", challenge);
        request.params.emplace_back("code_challenge_method", "S256");
    }
    request.connect = std::move(connect);
    const auto done = perform(std::move(request));
    REQUIRE(done);
    return done->authorize_url;
}

auto world::consent(std::map<std::string, std::string> connect) -> sim::parameters {
    return sim::visit(scene, authorize_url(std::move(connect)), time.now());
}

auto world::exchange(
    const std::string& code, std::map<std::string, std::string> connect,
    const std::string& reconnect
) -> operation_result {
    operation_request request;
    request.kind = operation_kind::exchange;
    request.params = {{"code", code}, {"redirect_uri", callback_url}, {"scope", scope}};
    if (!reconnect.empty()) {
        request.params.emplace_back("account_id", reconnect);
    }
    request.secrets.code_verifier = secret(with_pkce ? verifier : "");
    request.connect = std::move(connect);
    return perform(std::move(request));
}

auto world::connect() -> granted {
    auto done = exchange(consent().get("code"));
    REQUIRE(done);
    REQUIRE(done->grants.size() == 1);
    return done->grants.front();
}

auto world::refresh(const granted& from) -> operation_result {
    operation_request request;
    request.kind = operation_kind::refresh;
    request.params = {{"scope", scope}};
    request.secrets.access_token = from.access_token;
    request.secrets.refresh_token = from.refresh_token;
    return perform(std::move(request));
}

auto world::profile(const granted& from, std::map<std::string, std::string> connect)
    -> operation_result {
    operation_request request;
    request.kind = operation_kind::profile;
    request.connect = std::move(connect);
    request.secrets.access_token = from.access_token;
    return perform(std::move(request));
}

auto world::revoke(const granted& from) -> operation_result {
    operation_request request;
    request.kind = operation_kind::revoke;
    request.secrets.access_token = from.access_token;
    request.secrets.refresh_token = from.refresh_token;
    return perform(std::move(request));
}

}  // namespace tenon::test
