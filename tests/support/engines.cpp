#include "support/engines.hpp"

#include "store/migrations.hpp"
#include "support/postgres.hpp"

#include <stdlib.h>
#include <atomic>
#include <filesystem>
#include <stdexcept>

namespace tenon::test {

namespace {

namespace fs = std::filesystem;
using host::sql_engine;

void migrate(host::database& db) {
    const auto done = host::migrate_up(db, host::system_clock());
    if (!done) {
        throw std::runtime_error("the test database can't be migrated: " + done.error().message);
    }
}

auto open(const std::string& url, const host::database_options& options)
    -> std::unique_ptr<host::database> {
    auto opened = host::open_database(url, options);
    if (!opened) {
        throw std::runtime_error("the test database can't be opened: " + opened.error().message);
    }
    return std::move(*opened);
}

// What migrated databases are copied from.
auto migrated_template() -> const std::string& {
    static const std::string name = [] {
        postgres_command("postgres", "CREATE DATABASE tenon_template");
        migrate(*open(postgres_url("tenon_template"), {}));
        return std::string("tenon_template");
    }();
    return name;
}

auto make_postgres_database(bool migrated) -> std::string {
    static std::atomic<int> count{0};
    const std::string name = "tenon_test_" + std::to_string(++count);
    const std::string from = migrated ? migrated_template() : "template1";
    postgres_command(
        "postgres", "CREATE DATABASE " + name + " TEMPLATE " + from + " STRATEGY FILE_COPY"
    );
    return name;
}

auto make_folder() -> std::string {
    std::string pattern = (fs::temp_directory_path() / "tenon-db-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error("no temporary folder can be made");
    }
    return pattern;
}

}  // namespace

test_database::test_database(sql_engine engine, const host::database_options& options, schema state)
    : engine_(engine) {
    const bool migrated = state == schema::migrated;
    if (engine == sql_engine::postgresql) {
        name_ = make_postgres_database(migrated);
        url_ = postgres_url(name_);
    } else {
        folder_ = make_folder();
        name_ = folder_ + "/tenon.db";
        url_ = "sqlite:" + name_;
    }
    db_ = open(url_, options);
    if (migrated && engine == sql_engine::sqlite) {
        migrate(*db_);
    }
}

test_database::~test_database() {
    db_.reset();
    try {
        if (engine_ == sql_engine::postgresql) {
            postgres_command("postgres", "DROP DATABASE " + name_ + " WITH (FORCE)");
        } else {
            fs::remove_all(folder_);
        }
    } catch (const std::exception&) {
        // Left behind in a folder that is removed as a whole, or that the system cleans.
        return;
    }
}

void test_database::reopen(const host::database_options& options) {
    db_.reset();
    db_ = open(url_, options);
}

auto name_of(sql_engine engine) -> const char* {
    return engine == sql_engine::sqlite ? "SQLite" : "PostgreSQL";
}

}  // namespace tenon::test
