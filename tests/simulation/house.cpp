#include "house.hpp"

#include "base/log.hpp"
#include "store/migrations.hpp"
#include "store/organizations.hpp"
#include "support/simulator/in_process_http.hpp"

#include <stdlib.h>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tenon::simulation {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view rotating_issuer = "http://127.0.0.1:4000";
constexpr std::string_view plain_issuer = "http://127.0.0.1:4001";

auto make_provider(std::string_view issuer, bool rotation) -> std::unique_ptr<sim::simulator> {
    auto made = sim::make_simulator("oidc");
    const json settings{
        {"issuer", issuer}, {"auto_consent", true}, {"rotation", rotation}, {"family", true}};
    if (const auto wrong = sim::apply_settings(made->settings(), settings); !wrong.empty()) {
        throw std::logic_error(wrong);
    }
    return made;
}

auto section(const std::string& name, std::string_view issuer, bool rotates)
    -> host::provider_settings {
    host::provider_settings made;
    made.name = name;
    made.plugin = "oauth2";
    made.client_id = "demo-client";
    made.client_secrets.emplace_back("demo-secret");
    made.scopes = {"openid", "profile", "email", "offline_access"};
    made.config["issuer"] = {std::string(issuer), false};
    made.config["refresh"] = {json{{"rotates", rotates}}.dump(), true};
    return made;
}

auto options_of_registry(const std::string& plugins) -> host::registry_options {
    host::registry_options options{{}, {}, {}, plugins};
    options.providers.push_back(section("rotating", rotating_issuer, true));
    options.providers.push_back(section("plain", plain_issuer, false));
    return options;
}

// In memory where the system has a place for that: each commit waits for the disk.
auto make_folder() -> std::string {
    const fs::path memory = "/dev/shm";
    const auto parent = fs::is_directory(memory) ? memory : fs::temp_directory_path();
    std::string pattern = (parent / "tenon-simulation-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error("no folder can be made in " + parent.string());
    }
    return pattern;
}

void must(const host::result<void>& done) {
    if (done.has_error()) {
        throw std::runtime_error("the simulation's database: " + done.error().message);
    }
}

class still_clock final : public host::clock {
  public:
    [[nodiscard]] auto now() const noexcept -> time_point override {
        return time_point(milliseconds(1'790'000'000'000));
    }
};

}  // namespace

// To either provider, at once: what registries fetch before the first history.
class house::straight_http final : public host::outbound_http {
  public:
    explicit straight_http(house& all) : all_(all) {}
    auto send(host::outbound_request request)
        -> boost::asio::awaitable<host::outbound_response> override {
        const auto now = time_point(milliseconds(1'790'000'000'000));
        co_return sim::from_stage(
            all_.stage_of(request.url).handle(sim::to_stage(request), now), now
        );
    }

  private:
    house& all_;
};

house::house()
    : rotating_(make_provider(rotating_issuer, true)),
      plain_(make_provider(plain_issuer, false)),
      folder_(make_folder()),
      http_(std::make_unique<straight_http>(*this)),
      clock_(std::make_unique<still_clock>()) {
    host::set_log_level(host::log_level::off);
    host::database_options options;
    options.run_on = host::execution::in_line;
    auto opened = host::open_database("sqlite:" + folder_ + "/tenon.db", options);
    if (opened.has_error() || host::migrate_up(**opened, *clock_).has_error()) {
        throw std::runtime_error("the simulation's database can't be made in " + folder_);
    }
    db_ = std::move(*opened);
    // Histories empty the log that nobody may empty; that nobody may is for other tests.
    must(db_->as_service_now(host::access::write, [this](host::sql_session& session) {
        run(session, "DROP TRIGGER audit_log_keeps_rows");
        run(session, "PRAGMA wal_autocheckpoint=256");
        const auto rows = run(
            session,
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'schema_migrations' "
            "AND (name NOT LIKE 'sqlite_%' OR name = 'sqlite_sequence')"
        );
        for (std::size_t i = 0; i < rows.size(); ++i) {
            tables_.push_back("DELETE FROM " + rows[i].text(0));
        }
        return host::result<void>();
    }));
}

house::~house() {
    registries_.clear();
    db_.reset();
    std::error_code left;
    fs::remove_all(folder_, left);
}

void house::begin(const plan& what) {
    must(db_->as_service_now(host::access::write, [this](host::sql_session& session) {
        run(session, "PRAGMA defer_foreign_keys=ON");
        for (const auto& empty : tables_) {
            run(session, empty);
        }
        host::organization_row org;
        org.id = host::org_id("org");
        org.name = "org";
        insert_organization(session, org);
        return host::result<void>();
    }));
    for (auto* one : {&rotating_, &plain_}) {
        one->reset();
        const json settings{{"access_lifetime_s", what.access_life_s}};
        if (auto wrong = one->configure(settings); !wrong.empty()) {
            throw std::logic_error(wrong);
        }
    }
}

auto house::stage_of(std::string_view url) -> sim::stage& {
    return name_of(url) == "plain" ? plain_ : rotating_;
}

auto house::name_of(std::string_view url) -> std::string {
    return url.starts_with(plain_issuer) ? "plain" : "rotating";
}

auto house::registry_of(std::size_t machine) -> host::registry& {
    while (registries_.size() <= machine) {
        const auto plugins = plugins_of(registries_.size());
        fs::create_directory(plugins);
        fs::copy_file(TENON_PLUGIN_DIR "/oauth2.so", plugins + "/oauth2.so");
        auto made = std::make_unique<host::registry>(options_of_registry(plugins), *http_, *clock_);
        boost::asio::io_context once;
        for (const std::string name : {"rotating", "plain"}) {
            boost::asio::co_spawn(once, made->acquire(name), boost::asio::detached);
        }
        once.run();
        if (auto ready = made->find("plain"); ready.has_error()) {
            throw std::runtime_error("the providers can't be loaded: " + ready.error().message);
        }
        registries_.push_back(std::move(made));
    }
    return *registries_[machine];
}

auto house::plugins_of(std::size_t machine) const -> std::string {
    return folder_ + "/plugins-" + std::to_string(machine);
}

// Bytes after the last section mean nothing to who loads it, and make another file of it.
auto house::exchange_plugins(std::size_t machine) -> bool {
    const fs::path was = plugins_of(machine) + "/oauth2.so";
    const fs::path next = plugins_of(machine) + "/next";
    fs::copy_file(TENON_PLUGIN_DIR "/oauth2.so", next);
    if (fs::file_size(was) == fs::file_size(next)) {
        std::ofstream(next, std::ios::binary | std::ios::app) << '\n';
    }
    fs::rename(next, was);
    const auto reports = registry_of(machine).reload();
    return std::ranges::all_of(reports, [](const host::plugin_report& one) {
        return one.outcome == host::plugin_outcome::replaced;
    });
}

auto house::database_bytes() const -> std::string {
    std::string bytes;
    for (const auto& file : fs::directory_iterator(folder_)) {
        if (file.is_regular_file() && !file.path().native().ends_with("-shm")) {
            const auto begin = bytes.size();
            bytes.resize(begin + file.file_size());
            std::ifstream(file.path(), std::ios::binary)
                .read(bytes.data() + begin, static_cast<std::streamsize>(file.file_size()));
        }
    }
    return bytes;
}

}  // namespace tenon::simulation
