#include "integration/machine.hpp"

#include "store/database.hpp"
#include "support/catch.hpp"
#include "support/postgres.hpp"

#include <unistd.h>

#include <atomic>
#include <sstream>

namespace tenon::test {
namespace {

auto new_url(engine stored_in, const std::filesystem::path& dir) -> std::string {
    if (stored_in == engine::sqlite) {
        return "sqlite:" + (dir / "elsewhere.db").string();
    }
    static std::atomic<int> count{0};
    const auto name = "machine_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    create_postgres_database(name);
    return postgres_url(name);
}

}  // namespace

machine::machine(world& from, engine stored_in, const std::string& key)
    : url_(new_url(stored_in, dir_->path())) {
    std::istringstream lines(read_file(from.host().config_file()));
    for (std::string line; std::getline(lines, line);) {
        const bool its_own = line.starts_with("data_dir:") || line.starts_with("database:") ||
                             line.starts_with("encryption:") || line.starts_with("auto_migrate:");
        config_ += its_own ? "" : line + "\n";
    }
    config_ += "data_dir: " + data_dir().string() + "\ndatabase: \"" + url_ + "\"\n";
    config_ += key.empty() ? "" : "encryption: {key: " + key + "}\n";
    dir_->write("machine.yaml", config_);
}

auto machine::command_of(std::vector<std::string> arguments) const -> command {
    arguments.insert(arguments.begin(), tenon_binary());
    arguments.insert(arguments.end(), {"--config", (dir_->path() / "machine.yaml").string()});
    return {std::move(arguments), {}, dir_->path(), {}, {}};
}

auto machine::tenon(std::vector<std::string> arguments) -> ended {
    return run(command_of(std::move(arguments)));
}

auto machine::begin(std::vector<std::string> arguments) -> std::unique_ptr<process> {
    return std::make_unique<process>(command_of(std::move(arguments)));
}

auto machine::start() -> host_process& {
    host_options options;
    options.config = config_;
    host_ = std::make_unique<host_process>(options, dir_);
    return *host_;
}

auto machine::api(const std::string& user) -> http_client {
    return http_client(
        host_->url(),
        {{"Authorization", std::string("Bearer ") + operator_key}, {"X-Tenon-User", user}}
    );
}

auto machine::count(const std::string& query) const -> std::int64_t {
    auto opened = host::open_database(url_);
    REQUIRE(opened.has_value());
    const auto look = [&](host::sql_session& session) -> host::result<std::int64_t> {
        return host::run(session, query)[0].integer(0);
    };
    return (*opened)->as_service_now(host::access::read, look).value();
}

auto portable_options(engine stored_in, bool rotation) -> world_options {
    world_options options;
    options.stored_in = stored_in;
    options.config = "encryption: {key: " + std::string(encryption_key) + "}\n";
    options.config += "timeouts: {operation: 5s}\n";
    options.settings = nlohmann::json{{"rotation", rotation}};
    options.provider_config =
        std::string("    refresh: {rotates: ") + (rotation ? "true" : "false") + "}\n";
    return options;
}

auto back_up(world& here, const std::filesystem::path& file) -> ended {
    auto done =
        run_tenon({"backup", file.string(), "--config", here.host().config_file().string()});
    INFO(done.err);
    REQUIRE(done.code == 0);
    return done;
}

}  // namespace tenon::test
