// A fresh, migrated database on either engine.
#pragma once

#include "store/database.hpp"

#include <memory>
#include <string>

namespace tenon::test {

// Removed, or emptied for the next one, when it goes. One thread only. In a test case:
//     const auto engine = GENERATE(host::sql_engine::sqlite, host::sql_engine::postgresql);
//     test_database store(engine);
class test_database {
  public:
    enum class schema { migrated, empty };

    explicit test_database(
        host::sql_engine engine, const host::database_options& options = {},
        schema state = schema::migrated
    );
    ~test_database();
    test_database(const test_database&) = delete;
    auto operator=(const test_database&) -> test_database& = delete;

    [[nodiscard]] auto db() -> host::database& { return *db_; }
    [[nodiscard]] auto operator->() -> host::database* { return db_.get(); }
    [[nodiscard]] auto url() const -> const std::string& { return url_; }
    [[nodiscard]] auto engine() const -> host::sql_engine { return engine_; }
    // SQLite: the file. PostgreSQL: the database's name.
    [[nodiscard]] auto name() const -> const std::string& { return name_; }

    // Closes the database; opens it again, as a process that starts anew would.
    void reopen(const host::database_options& options = {});
    void close() { db_.reset(); }

  private:
    host::sql_engine engine_;
    bool reusable_;  // PostgreSQL: emptied, for the next test
    std::string name_;
    std::string url_;
    std::string folder_;
    std::unique_ptr<host::database> db_;
};

[[nodiscard]] auto name_of(host::sql_engine engine) -> const char*;

}  // namespace tenon::test
