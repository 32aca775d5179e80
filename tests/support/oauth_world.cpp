#include "support/oauth_world.hpp"

#include "oauth/status.hpp"

namespace tenon::test {

using namespace host;  // NOLINT: tests of that namespace

namespace {

auto one_key(random_source& random) -> keyring {
    keyring keys;
    if (!keys.generate(random)) {
        throw std::runtime_error("no key can be made");
    }
    return keys;
}

auto make_provider() -> std::unique_ptr<sim::simulator> {
    auto made = sim::make_simulator("oidc");
    const nlohmann::json settings{{"issuer", oauth_world::issuer}, {"auto_consent", true}};
    if (const auto wrong = sim::apply_settings(made->settings(), settings); !wrong.empty()) {
        throw std::logic_error(wrong);
    }
    return made;
}

auto options_of_registry(const std::vector<std::string>& client_secrets, const std::string& issuer)
    -> registry_options {
    provider_settings section;
    section.name = acme.text();
    section.plugin = "oauth2";
    section.client_id = "demo-client";
    for (const auto& one : client_secrets) {
        section.client_secrets.emplace_back(one);
    }
    section.scopes = {"openid", "profile", "email", "offline_access"};
    section.config["issuer"] = {issuer, false};
    registry_options options{{}, {}, {}, TENON_PLUGIN_DIR};
    if (!client_secrets.empty()) {
        options.providers.push_back(std::move(section));
    }
    return options;
}

auto options_of_oauth() -> oauth_options {
    oauth_options options;
    options.public_url = "http://127.0.0.1:8080";
    options.redirect_targets = {"http://127.0.0.1:*"};
    options.instance = "test";
    return options;
}

auto in_line() -> database_options {
    database_options options;
    options.run_on = execution::in_line;
    return options;
}

}  // namespace

void seeded_random::fill(std::span<std::byte> bytes) {
    for (auto& byte : bytes) {
        byte = static_cast<std::byte>(engine_() & 0xFFU);
    }
}

oauth_world::oauth_world(sql_engine engine)
    : store(engine, in_line()),
      scene(make_provider()),
      seal(one_key(random), random),
      providers(options_of_registry({"demo-secret"}, issuer), http, time),
      context{
          store.db(),
          providers,
          http,
          seal,
          time,
          random,
          cache,
          statuses,
          signing,
          watch,
          governor,
          observer,
          io.get_executor(),
          options_of_oauth()} {
    forget_the_past();
}

void oauth_world::forget_the_past() {
    refresh = std::make_unique<refresher>(context);
    tokens = std::make_unique<token_reader>(context, *refresh);
    watch.note_success(acme);
    cache.forget_all();
    http.seen.clear();
    scene.reset();
}

void oauth_world::configure(
    const std::vector<std::string>& client_secrets, const std::string& issued_by
) {
    providers.reload(options_of_registry(client_secrets, issued_by));
}

void oauth_world::reconfigure(const std::function<void(provider_settings&)>& change) {
    auto options = options_of_registry({"demo-secret"}, issuer);
    change(options.providers.front());
    providers.reload(options);
}

auto oauth_world::begin(const actor& by, std::vector<std::string> scopes) -> connect_started {
    connect_request request;
    request.by = by;
    request.provider = acme;
    request.redirect_url = "http://127.0.0.1:3000/done";
    request.scopes = std::move(scopes);
    auto begun = run(begin_connect(context, std::move(request)));
    return std::move(begun.value());
}

auto oauth_world::consent(const connect_started& begun, const std::string& account)
    -> sim::parameters {
    return sim::visit(scene, begun.auth_url + "&login_hint=" + account, time.now());
}

auto oauth_world::finish(const sim::parameters& redirect) -> result<callback_outcome> {
    callback_request request;
    request.provider = acme;
    request.params = redirect.items();
    return run(finish_connect(context, std::move(request)));
}

auto oauth_world::connect(
    const actor& by, const std::string& account, std::vector<std::string> scopes
) -> connection_id {
    const auto redirect = consent(begin(by, std::move(scopes)), account);
    const auto location = finish(redirect).value().location;
    const sim::parameters outcome(std::string_view(location).substr(location.find('?') + 1));
    if (outcome.get("status") != "connected") {
        throw std::runtime_error("not connected: " + location);
    }
    return connection_id(outcome.get("connectionId"));
}

auto oauth_world::begin_to_confirm(const actor& by) -> connect_started {
    connect_request request;
    request.by = by;
    request.provider = acme;
    request.redirect_url = "http://127.0.0.1:3000/done";
    request.confirm = true;
    return run(begin_connect(context, std::move(request))).value();
}

auto oauth_world::park(const actor& by, const std::string& account) -> std::string {
    const auto location = finish(consent(begin_to_confirm(by), account)).value().location;
    const sim::parameters told(std::string_view(location).substr(location.find('?') + 1));
    if (told.get("status") != "confirm") {
        throw std::runtime_error("not parked: " + location);
    }
    return told.get("confirmation");
}

auto oauth_world::list(const actor& by) -> std::vector<connection_view> {
    return run(list_integrations(context, by.org, by.user)).value()->views;
}

auto oauth_world::read(const actor& by, const std::string& account, std::chrono::seconds minimum)
    -> result<token_answer> {
    token_request request;
    request.org = by.org;
    request.user = by.user;
    request.which = {acme, account};
    request.minimum_lifetime = minimum;
    if (auto at_once = tokens->cached(request)) {
        return std::move(*at_once);
    }
    return run(tokens->read(std::move(request)));
}

auto oauth_world::context_with(const other_parts& other) const -> oauth_context {
    return {
        other.db == nullptr ? context.db : *other.db,
        context.providers,
        other.http == nullptr ? context.http : *other.http,
        context.seal,
        other.time == nullptr ? context.time : *other.time,
        context.random,
        context.cache,
        context.statuses,
        context.keys,
        context.watch,
        context.governor,
        context.observer,
        context.background,
        context.options};
}

auto oauth_world::userinfo(const secret& access_token) -> nlohmann::json {
    sim::sim_request request;
    request.method = "GET";
    request.path = "/userinfo";
    request.headers = {{"authorization", "Bearer " + std::string(access_token.reveal())}};
    const auto answer = scene.handle(request, time.now());
    return answer.response.status == 200 ? nlohmann::json::parse(answer.response.body)
                                         : nlohmann::json();
}

}  // namespace tenon::test
