#include "store/sqlite_link.hpp"

#include "base/log.hpp"
#include "base/result.hpp"

#include <sqlite3.h>
#include <limits>
#include <stdexcept>

namespace tenon::host {

namespace {

auto is_conflict(int code) -> bool {
    return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
           code == SQLITE_CONSTRAINT_ROWID || code == SQLITE_CONSTRAINT_FOREIGNKEY;
}

auto is_unavailable(int code) -> bool {
    switch (code & 0xFF) {
        case SQLITE_PERM:
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_NOMEM:
        case SQLITE_READONLY:
        case SQLITE_INTERRUPT:
        case SQLITE_IOERR:
        case SQLITE_CORRUPT:
        case SQLITE_FULL:
        case SQLITE_CANTOPEN:
        case SQLITE_PROTOCOL:
        case SQLITE_NOLFS:
        case SQLITE_NOTADB: return true;
        default: return false;
    }
}

struct binder {
    sqlite3_stmt* statement;
    int position;

    auto operator()(std::monostate /*null*/) const -> int {
        return sqlite3_bind_null(statement, position);
    }
    auto operator()(bool value) const -> int {
        return sqlite3_bind_int(statement, position, value ? 1 : 0);
    }
    auto operator()(std::int64_t value) const -> int {
        return sqlite3_bind_int64(statement, position, value);
    }
    auto operator()(const std::string& value) const -> int {
        return sqlite3_bind_text64(
            statement, position, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8
        );
    }
    auto operator()(const blob& value) const -> int {
        return sqlite3_bind_blob64(
            statement, position, value.data.data(), value.data.size(), SQLITE_STATIC
        );
    }
};

auto read_column(sqlite3_stmt* statement, int column) -> sql_value {
    const auto size = [&] {
        return static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    };
    switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(statement, column)};
        case SQLITE_TEXT: {
            const auto* data = sqlite3_column_text(statement, column);
            return std::string(reinterpret_cast<const char*>(data), size());
        }
        case SQLITE_BLOB: {
            const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
            return blob{data == nullptr ? std::string() : std::string(data, size())};
        }
        case SQLITE_NULL: return std::monostate{};
        default: throw std::logic_error("a floating-point column");
    }
}

// Whatever becomes of it, a statement must not keep its locks and its arguments.
class resetter {
  public:
    explicit resetter(sqlite3_stmt* statement) : statement_(statement) {}
    ~resetter() {
        sqlite3_reset(statement_);
        sqlite3_clear_bindings(statement_);
    }
    resetter(const resetter&) = delete;
    auto operator=(const resetter&) -> resetter& = delete;

  private:
    sqlite3_stmt* statement_;
};

}  // namespace

void sqlite_link::statement_closer::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

void sqlite_link::connection_closer::operator()(sqlite3* connection) const noexcept {
    sqlite3_close_v2(connection);
}

sqlite_link::sqlite_link(const std::string& path, sqlite_access mode, milliseconds lock_timeout) {
    // Each link is used by one thread at a time: SQLite need not lock.
    const int flags = SQLITE_OPEN_NOMUTEX | (mode == sqlite_access::read_write
                                                 ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                                 : SQLITE_OPEN_READONLY);
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    connection_.reset(opened);
    if (code != SQLITE_OK) {
        fail_with(code);
    }
    sqlite3_extended_result_codes(connection_.get(), 1);
    sqlite3_busy_timeout(connection_.get(), static_cast<int>(lock_timeout.count()));
}

sqlite_link::~sqlite_link() = default;

auto sqlite_link::in_transaction() const noexcept -> bool {
    return sqlite3_get_autocommit(connection_.get()) == 0;
}

void sqlite_link::fail_with(int code) const {
    if (is_conflict(code)) {
        throw storage_failure(fail(errc::conflict, "it is already there, or changed meanwhile"));
    }
    const bool unavailable = is_unavailable(code);
    // What SQLite says in its own words names tables and columns, never values.
    const char* detail =
        unavailable || !connection_ ? sqlite3_errstr(code) : sqlite3_errmsg(connection_.get());
    log(log_level::error, "storage_failed",
        {{log_key::operation, "sqlite"}, {log_key::code, code}, {log_key::detail, detail}});
    if (unavailable) {
        const int primary = code & 0xff;
        const bool damaged = primary == SQLITE_NOTADB || primary == SQLITE_CORRUPT;
        throw storage_failure(fail(
            errc::storage_unavailable,
            std::string("the database can't be used now (") + sqlite3_errstr(code) +
                (damaged ? "): restore it from a backup" : "); try again")
        ));
    }
    throw storage_failure(fail(errc::internal, "the database refused a statement"));
}

auto sqlite_link::prepare(std::string_view statement) -> prepared& {
    if (const auto found = statements_.find(statement); found != statements_.end()) {
        return found->second;
    }
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(
        connection_.get(), statement.data(), static_cast<int>(statement.size()),
        SQLITE_PREPARE_PERSISTENT, &made, nullptr
    );
    prepared entry;
    entry.statement.reset(made);
    if (code != SQLITE_OK) {
        fail_with(code);
    }
    for (int n = 1; n <= sqlite3_bind_parameter_count(made); ++n) {
        entry.positions.push_back(
            sqlite3_bind_parameter_index(made, ("$" + std::to_string(n)).c_str())
        );
    }
    return statements_.emplace(std::string(statement), std::move(entry)).first->second;
}

auto sqlite_link::collect(sqlite3_stmt* statement) -> sql_rows {
    const int columns = sqlite3_column_count(statement);
    std::vector<sql_value> values;
    int code = sqlite3_step(statement);
    for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
        for (int column = 0; column < columns; ++column) {
            values.push_back(read_column(statement, column));
        }
    }
    if (code != SQLITE_DONE) {
        fail_with(code);
    }
    const auto affected = sqlite3_stmt_readonly(statement) != 0
                              ? 0
                              : std::int64_t{sqlite3_changes64(connection_.get())};
    return {static_cast<std::size_t>(columns), std::move(values), affected};
}

auto sqlite_link::execute(std::string_view statement, std::span<const sql_value> arguments)
    -> sql_rows {
    auto& ready = prepare(statement);
    if (ready.positions.size() != arguments.size()) {
        throw std::logic_error("a statement was given too many or too few arguments");
    }
    const resetter always(ready.statement.get());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const binder bind{ready.statement.get(), ready.positions[i]};
        if (const int code = std::visit(bind, arguments[i]); code != SQLITE_OK) {
            fail_with(code);
        }
    }
    return collect(ready.statement.get());
}

void sqlite_link::execute_script(const std::string& script) {
    const int code = sqlite3_exec(connection_.get(), script.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail_with(code);
    }
}

}  // namespace tenon::host
