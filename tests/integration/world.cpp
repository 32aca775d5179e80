#include "integration/world.hpp"

#include "integration/world_config.hpp"
#include "store/database.hpp"
#include "support/api_contract.hpp"
#include "support/catch.hpp"
#include "support/postgres.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <vector>

namespace tenon::test {
namespace {

auto new_postgres_database() -> std::string {
    static std::atomic<int> count{0};
    auto database = "world_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    create_postgres_database(database);
    return database;
}

// The schema, made by its owner before the first start.
void let_serve(const std::string& role, const std::string& database) {
    postgres_command(
        "postgres", "DO $$ BEGIN CREATE ROLE " + role +
                        " LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    );
    const temp_dir dir;
    const auto config = dir.write("owner.yaml", "database: \"" + postgres_url(database) + "\"\n");
    const auto done = run_tenon({"migrate", "up", "--grant-to", role, "--config", config.string()});
    INFO(done.err);
    REQUIRE(done.code == 0);
}

void add(canary_watch& watch, const std::string& name, const std::string& secret) {
    constexpr std::size_t shortest = 12;
    if (secret.size() >= shortest) {
        watch.add(name, secret);
    }
}

void add_parameters(const std::string& encoded, canary_watch& watch) {
    const sim::parameters sent(encoded);
    for (const auto* name :
         {"state", "nonce", "code", "code_verifier", "client_secret", "refresh_token",
          "access_token", "token", "fb_exchange_token", "appsecret_proof"}) {
        add(watch, name, sent.get(name));
    }
}

auto is_secret(std::string_view member) -> bool {
    constexpr std::array<std::string_view, 5> names{
        "access_token", "refresh_token", "id_token", "code_verifier", "client_secret"};
    return std::ranges::find(names, member) != names.end();
}

void add_members(const nlohmann::json& body, canary_watch& watch) {
    if (!body.is_structured()) {
        return;
    }
    for (const auto& [name, value] : body.items()) {
        if (is_secret(name) && value.is_string()) {
            add(watch, name, value.get<std::string>());
        }
        add_members(value, watch);
    }
}

void add_secrets_of(const sim::scene& one, canary_watch& watch) {
    add_parameters(one.request.query, watch);
    add_parameters(one.request.body, watch);
    add(watch, "bearer", sim::bearer(one.request));
    add_members(nlohmann::json::parse(one.request.body, nullptr, false), watch);
    add_members(nlohmann::json::parse(one.response.body, nullptr, false), watch);
    for (const auto& [name, value] : one.response.headers) {
        if (name == "Location") {
            add(watch, "code", query_parameter(value, "code").value_or(""));
        }
    }
}

}  // namespace

auto name_of(engine which) -> std::string {
    return which == engine::sqlite ? "SQLite" : "PostgreSQL";
}

world::world(world_options options)
    : options_(std::move(options)),
      name_(options_.provider == "oidc" ? "demo" : options_.provider) {
    sim_ = std::make_unique<sim::server>(sim::make_simulator(options_.provider));
    if (options_.provider == "oidc" && !options_.settings.contains("auto_consent")) {
        options_.settings["auto_consent"] = true;
    }
    const auto wrong = sim_->on_stage().configure(options_.settings);
    INFO(wrong);
    REQUIRE(wrong.empty());
    sim_->on_stage().record();
    if (options_.stored_in == engine::postgresql) {
        database_ = new_postgres_database();
        if (!options_.service_role.empty()) {
            let_serve(options_.service_role, database_);
        }
    }
    host_ =
        std::make_unique<host_process>(to_host_options(options_, name_, sim_->url(), database_));
}

world::~world() = default;

auto world::replica() -> std::unique_ptr<host_process> {
    return std::make_unique<host_process>(to_host_options(options_, name_, sim_->url(), database_));
}

auto world::api(const std::string& user) -> http_client {
    http_client client(
        host_->url(),
        {{"Authorization", std::string("Bearer ") + operator_key}, {"X-Tenon-User", user}}
    );
    client.set_witness(hold_to_contract(host_->url()));
    return client;
}

auto world::begin(const std::string& user, const nlohmann::json& more) -> nlohmann::json {
    nlohmann::json body{{"redirectUrl", "http://127.0.0.1:9/after"}};
    body.update(more);
    auto answer = api(user).post("/api/integrations/connect/" + name_, body);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    auto begun = answer.json();
    const std::scoped_lock lock(mutex_);
    states_.push_back(begun.at("state"));
    return begun;
}

auto world::consent(const std::string& auth_url, const std::string& account) -> std::string {
    http_client browser("");
    auto answer = browser.get(auth_url + "&login_hint=" + account);
    INFO(answer.body);
    REQUIRE(answer.status / 100 == 3);
    return answer.field("location").value_or("");
}

auto world::integrations() -> json {
    return api().get("/api/integrations/status").json().at("integrations");
}

auto world::verify_audit() -> ended {
    return run_tenon(
        {"audit", "verify", "--config", host().config_file().string()},
        {{"TOKEN_ENCRYPTION_KEY", database().empty() ? "" : encryption_key}}
    );
}

auto world::visit(const std::string& url) -> http_response {
    http_client browser("");
    if (url.starts_with(host_->url())) {
        browser.set_witness(hold_to_contract(host_->url()));
    }
    return browser.get(url);
}

auto world::connect(const std::string& user, const std::string& account, const nlohmann::json& more)
    -> std::string {
    const auto begun = begin(user, more);
    const auto answer = visit(consent(begun.at("authUrl").get<std::string>(), account));
    INFO(answer.body);
    REQUIRE(answer.status == 303);
    auto location = answer.field("location").value_or("");
    if (const auto confirmation = query_parameter(location, "confirmation")) {
        const std::scoped_lock lock(mutex_);
        confirmations_.push_back(*confirmation);
    }
    return location;
}

auto world::connected(const std::string& user, const std::string& account) -> std::string {
    const auto location = connect(user, account);
    INFO(location);
    REQUIRE(query_parameter(location, "status") == "connected");
    return query_parameter(location, "connectionId").value();
}

auto world::token_path(const std::string& connection) const -> std::string {
    return "/api/integrations/token/" + name_ + "/" + connection;
}

void world::change_database(const std::string& statement) {
    if (!database_.empty()) {
        postgres_command(database_, statement);
        return;
    }
    const auto file = host_->dir() / "data" / "tenon.db";
    auto opened = host::open_database("sqlite:" + file.string());
    REQUIRE(opened.has_value());
    const auto done = (*opened)->as_service_now(
        host::access::write,
        [&](host::sql_session& session) -> host::result<void> {
            session.execute_script(statement);
            return {};
        }
    );
    REQUIRE(done.has_value());
}

auto world::count(const std::string& query) -> std::int64_t {
    const auto file = (host_->dir() / "data" / "tenon.db").string();
    const auto url = database_.empty() ? "sqlite:" + file : postgres_url(database_);
    auto opened = host::open_database(url);
    REQUIRE(opened.has_value());
    const auto look = [&](host::sql_session& session) -> host::result<std::int64_t> {
        return host::run(session, query)[0].integer(0);
    };
    return (*opened)->as_service_now(host::access::read, look).value();
}

void world::age_grants(std::chrono::milliseconds by) {
    host_->stop();
    const auto older = " - " + std::to_string(by.count());
    change_database(
        "UPDATE grants SET issued_at = issued_at" + older + ", expires_at = expires_at" + older +
        ", refresh_not_before = refresh_not_before" + older
    );
    host_->start();
}

auto world::secrets(canary_watch watch) -> canary_watch {
    watch.add("API key", operator_key);
    watch.add("encryption key", encryption_key);
    add(watch, "client_secret", options_.client_secret);
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& state : states_) {
            watch.add("state", state);
        }
        for (const auto& confirmation : confirmations_) {
            watch.add("confirmation", confirmation);
        }
    }
    for (const auto& one : provider().recorded()) {
        add_secrets_of(one, watch);
    }
    return watch;
}

}  // namespace tenon::test
