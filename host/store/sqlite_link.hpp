// One connection to an SQLite file, and its prepared statements.
#pragma once

#include "store/sql.hpp"
#include "store/statement_map.hpp"

#include <memory>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace tenon::host {

enum class sqlite_access { read_write, read_only };

class sqlite_link {
  public:
    // Throws storage_failure.
    sqlite_link(const std::string& path, sqlite_access mode, milliseconds lock_timeout);
    ~sqlite_link();
    sqlite_link(const sqlite_link&) = delete;
    auto operator=(const sqlite_link&) -> sqlite_link& = delete;

    // Throws storage_failure. Statements are prepared once.
    auto execute(std::string_view statement, std::span<const sql_value> arguments) -> sql_rows;
    auto execute(std::string_view statement) -> sql_rows { return execute(statement, {}); }
    void execute_script(const std::string& script);

    // False after the engine gave up a transaction by itself, too.
    [[nodiscard]] auto in_transaction() const noexcept -> bool;

  private:
    struct statement_closer {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    struct connection_closer {
        void operator()(sqlite3* connection) const noexcept;
    };
    struct prepared {
        std::unique_ptr<sqlite3_stmt, statement_closer> statement;
        std::vector<int> positions;  // of $1, $2, ...: SQLite takes them for names
    };

    auto prepare(std::string_view statement) -> prepared&;
    auto collect(sqlite3_stmt* statement) -> sql_rows;
    // Turns SQLite's code into a failure, and logs it unless it is a conflict.
    [[noreturn]] void fail_with(int code) const;

    std::unique_ptr<sqlite3, connection_closer> connection_;
    statement_map<prepared> statements_;
};

}  // namespace tenon::host
