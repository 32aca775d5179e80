#include "support/engines.hpp"

#include "store/migrations.hpp"
#include "support/postgres.hpp"

#include <stdlib.h>
#include <filesystem>
#include <stdexcept>
#include <vector>

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

auto make_folder() -> std::string {
    std::string pattern = (fs::temp_directory_path() / "tenon-db-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error("no temporary folder can be made");
    }
    return pattern;
}

// What migrated databases are copied from.
auto migrated_template() -> const std::string& {
    static const std::string name = [] {
        create_postgres_database("tenon_template");
        migrate(*open(postgres_url("tenon_template"), {}));
        return std::string("tenon_template");
    }();
    return name;
}

// The same as a file: migrating takes five commits, and a disk for each. Removed with this process.
auto migrated_file() -> const std::string& {
    struct file {
        file() : folder(make_folder()), path(folder + "/template.db") {
            migrate(*open("sqlite:" + path, {}));
        }
        ~file() {
            std::error_code ignored;
            fs::remove_all(folder, ignored);
        }
        std::string folder;
        std::string path;
    };
    static const file one;
    return one.path;
}

// Databases are emptied and used again: making one, and dropping it, takes a second of a busy disk.
// Not thread-safe, as Catch is not.
auto free_databases() -> std::vector<std::string>& {
    static std::vector<std::string> names;
    return names;
}

constexpr const char* empty_all_tables =
    "DO $$ DECLARE name text; BEGIN SET LOCAL session_replication_role = replica; "
    "FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
    "AND tablename <> 'schema_migrations' LOOP EXECUTE format('DELETE FROM %I', name); END LOOP; "
    "FOR name IN SELECT sequencename FROM pg_sequences LOOP "
    "EXECUTE format('ALTER SEQUENCE %I RESTART', name); END LOOP; END $$";

auto make_postgres_database(bool migrated) -> std::string {
    static int count = 0;
    auto& free = free_databases();
    if (migrated && !free.empty()) {
        auto name = std::move(free.back());
        free.pop_back();
        return name;
    }
    auto name = "tenon_test_" + std::to_string(++count);
    create_postgres_database(name, migrated ? migrated_template() : "template1");
    return name;
}

}  // namespace

test_database::test_database(sql_engine engine, const host::database_options& options, schema state)
    : engine_(engine), reusable_(state == schema::migrated) {
    const bool migrated = state == schema::migrated;
    if (engine == sql_engine::postgresql) {
        name_ = make_postgres_database(migrated);
        url_ = postgres_url(name_);
    } else {
        folder_ = make_folder();
        name_ = folder_ + "/tenon.db";
        url_ = "sqlite:" + name_;
        if (migrated) {
            fs::copy_file(migrated_file(), name_);
        }
    }
    db_ = open(url_, options);
}

test_database::~test_database() {
    db_.reset();
    try {
        if (engine_ == sql_engine::postgresql) {
            // One that began empty goes with the server.
            if (reusable_) {
                postgres_command(name_, empty_all_tables);
                free_databases().push_back(name_);
            }
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
