#include "fixture.hpp"

#include "base/log.hpp"
#include "http/fields.hpp"
#include "http/target.hpp"
#include "store/organizations.hpp"
#include "support/catch.hpp"

namespace tenon::test {

using namespace host;

namespace {

auto one_key(random_source& random) -> keyring {
    keyring keys;
    REQUIRE(keys.generate(random).has_value());
    return keys;
}

auto options_of_oauth() -> oauth_options {
    oauth_options options;
    options.public_url = "http://127.0.0.1:8080";
    options.redirect_targets = {"http://127.0.0.1:*"};
    options.instance = "test";
    return options;
}

}  // namespace

auto silent_http::send(outbound_request /*request*/) -> boost::asio::awaitable<outbound_response> {
    outbound_response nothing;
    nothing.outcome = transport::connect;
    co_return nothing;
}

auto answered::header(std::string_view name) const -> std::string {
    for (const auto& [key, value] : http.headers) {
        if (equal_ignoring_case(key, name)) {
            return value;
        }
    }
    return {};
}

// What fails on purpose need not fill the screen.
const bool is_quiet = [] {
    configure_log(log_level::off, log_format::text);
    return true;
}();

auto reload_now(registry& all) -> boost::asio::awaitable<std::vector<plugin_report>> {
    co_return all.reload();
}

api_fixture::api_fixture(
    rate_limits rates, registry_options provider_options, bool admin_listener, sql_engine engine
)
    : store(engine),
      seal(one_key(random), random),
      providers(provider_options, http, time),
      oauth{
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
          metrics,
          io.get_executor(),
          options_of_oauth()},
      limits(time, rates),
      api{oauth, tokens, refresh, keys, limits, journal, metrics, catalogued, {}},
      router([this, admin_listener] {
          api.settings.public_url = "http://127.0.0.1:8080";
          api.settings.version = "1.2.3";
          api.settings.environment = "test";
          api.settings.admin_listener = admin_listener;
          api.reload_plugins = [this] { return reload_now(providers); };
          return make_routes(api);
      }()),
      busy_(io.get_executor()),
      thread_([this] { io.run(); }) {
    REQUIRE(ensure_default_org(store.db(), time).has_value());
}

api_fixture::~api_fixture() {
    busy_.reset();  // what goes on in the background comes to its end
    thread_.join();
}

auto api_fixture::ask(std::string method, std::string target, const asking& with) -> answered {
    request from;
    from.method = std::move(method);
    from.target = target;
    from.client = "127.0.0.1";
    from.id = "request-1";
    from.received_at = time.now();
    from.body = with.body;
    REQUIRE(parse_target(target, from).has_value());
    const auto add = [&from](const char* name, const std::string& value) {
        if (!value.empty()) {
            from.headers.add(name, value);
        }
    };
    add("Authorization", with.key.empty() ? "" : "Bearer " + with.key);
    add("X-Tenon-User", with.user);
    add("Idempotency-Key", with.idempotency_key);
    for (const auto& [name, value] : with.headers) {
        from.headers.add(name, value);
    }
    const auto match = router.find(from);
    REQUIRE(match.how == router::outcome::found);
    answered got;
    if (!match.found->fast || !match.found->fast(from, got.http)) {
        got.http = run(match.found->run(std::move(from)));
    }
    got.json = nlohmann::json::parse(got.http.body, nullptr, false);
    return got;
}

auto api_fixture::make_key(key_scopes scopes, std::optional<user_id> pinned) -> std::string {
    const auto made = mint_key(default_org(), "test", scopes, std::move(pinned), time, random);
    auto insert = [&made](sql_session& session) -> result<void> {
        insert_api_key(session, made.row);
        return {};
    };
    REQUIRE(store->with_org_now(default_org(), access::write, insert).has_value());
    return std::string(made.key.reveal());
}

auto scopes_without(key_scope left_out) -> key_scopes {
    auto scopes = key_scopes::all();
    scopes.remove(left_out);
    return scopes;
}

auto only(key_scope scope) -> key_scopes {
    key_scopes scopes;
    scopes.add(scope);
    return scopes;
}

}  // namespace tenon::test
