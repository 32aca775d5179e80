// SQL as the repositories see it: written once, `$1`..`$n` for arguments, the same on both engines.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::host {

enum class sql_engine { sqlite, postgresql };

// Bytes, as against text: column type BYTEA.
struct blob {
    std::string data;
    auto operator==(const blob&) const -> bool = default;
};

// Text must be UTF-8 without NUL: both engines refuse anything else with errc::invalid_request.
using sql_value = std::variant<std::monostate, bool, std::int64_t, std::string, blob>;

// What went wrong below a repository. Thrown by sql_session; the door (database) turns it into a
// result's error. Repositories let it pass.
class storage_failure : public std::exception {
  public:
    explicit storage_failure(error reason) : reason_(std::move(reason)) {}
    [[nodiscard]] auto what() const noexcept -> const char* override {
        return reason_.message.c_str();
    }
    [[nodiscard]] auto reason() const noexcept -> const error& { return reason_; }

  private:
    error reason_;
};

// One row of an answer; a view into sql_rows. A column of another type than is asked for, or NULL
// where a value is asked for, is a bug: std::logic_error.
class sql_row {
  public:
    explicit sql_row(std::span<const sql_value> values) : values_(values) {}

    [[nodiscard]] auto is_null(std::size_t column) const -> bool;
    [[nodiscard]] auto text(std::size_t column) const -> const std::string&;
    [[nodiscard]] auto bytes(std::size_t column) const -> const std::string&;
    [[nodiscard]] auto integer(std::size_t column) const -> std::int64_t;
    [[nodiscard]] auto boolean(std::size_t column) const -> bool;
    [[nodiscard]] auto time(std::size_t column) const -> time_point;

    // As they are: for what moves rows without knowing them.
    [[nodiscard]] auto values() const noexcept -> std::span<const sql_value> { return values_; }

    [[nodiscard]] auto optional_text(std::size_t column) const -> std::optional<std::string>;
    [[nodiscard]] auto optional_bytes(std::size_t column) const -> std::optional<std::string>;
    [[nodiscard]] auto optional_integer(std::size_t column) const -> std::optional<std::int64_t>;
    [[nodiscard]] auto optional_time(std::size_t column) const -> std::optional<time_point>;

  private:
    std::span<const sql_value> values_;
};

// An answer, whole, in memory.
class sql_rows {
  public:
    sql_rows() = default;
    // `affected`: rows that a statement touched which answers with none.
    sql_rows(std::size_t columns, std::vector<sql_value> values, std::int64_t affected)
        : columns_(columns), values_(std::move(values)), affected_(affected) {}

    [[nodiscard]] auto size() const noexcept -> std::size_t {
        return columns_ == 0 ? 0 : values_.size() / columns_;
    }
    [[nodiscard]] auto empty() const noexcept -> bool { return size() == 0; }
    // `row` < size(). The view lives as long as this.
    [[nodiscard]] auto operator[](std::size_t row) const -> sql_row {
        return sql_row(std::span(values_).subspan(row * columns_, columns_));
    }
    // How many rows the statement wrote, or answers with.
    [[nodiscard]] auto affected() const noexcept -> std::int64_t {
        return columns_ == 0 ? affected_ : static_cast<std::int64_t>(size());
    }

  private:
    std::size_t columns_ = 0;
    std::vector<sql_value> values_;
    std::int64_t affected_ = 0;
};

// One transaction, on the one worker thread that it runs on. Given to functions by the database,
// never kept by them.
class sql_session {
  public:
    virtual ~sql_session() = default;
    sql_session(const sql_session&) = delete;
    auto operator=(const sql_session&) -> sql_session& = delete;

    // One statement. The text must be one of the program's few (each is prepared once a connection
    // and remembered): values go into arguments. On PostgreSQL a parameter's type comes from where
    // it stands; write CAST($1 AS TEXT) where nothing tells. Throws storage_failure: the
    // transaction is then lost, on both engines, even if the function catches it and goes on.
    auto execute(std::string_view statement, std::span<const sql_value> arguments) -> sql_rows;

    // The same, for a statement whose answer nobody needs: on PostgreSQL it travels with the next
    // one, or with the commit. What fails in it is thrown then, or is the transaction's error.
    void execute_later(std::string_view statement, std::span<const sql_value> arguments);

    // Until the transaction ends nobody else of the organization's holds what has that name: of two
    // one waits, and its statements from here on see what the other has committed. Of a write;
    // first of all in it, or two may wait for each other. On PostgreSQL it travels as above; on
    // SQLite there is nothing to do: a writer has all of it to itself.
    void hold(std::string_view name);

    // Several statements without arguments, for migrations. Throws storage_failure, as execute.
    void execute_script(const std::string& script);

    [[nodiscard]] virtual auto engine() const noexcept -> sql_engine = 0;

    // When this is committed, other hosts are told to look (database::on_announcement).
    void announce() noexcept { announces_ = true; }

    // The organization that the transaction is for. A transaction of the service's has none: asking
    // is a bug, std::logic_error.
    [[nodiscard]] auto org() const -> const org_id&;

  protected:
    // Empty: the service's.
    explicit sql_session(std::optional<org_id> org) : org_(std::move(org)) {}

    // What made the transaction a lost one.
    [[nodiscard]] auto lost_to() const noexcept -> const std::optional<error>& { return lost_to_; }
    [[nodiscard]] auto announces() const noexcept -> bool { return announces_; }
    [[nodiscard]] auto scope() const noexcept -> const std::optional<org_id>& { return org_; }

  private:
    template <class Fn>
    auto noting_loss(Fn fn);
    virtual void do_hold(std::string_view name) = 0;
    virtual auto do_execute(std::string_view statement, std::span<const sql_value> arguments)
        -> sql_rows = 0;
    virtual void do_execute_later(std::string_view statement, std::span<const sql_value> arguments);
    virtual void do_execute_script(const std::string& script) = 0;

    std::optional<org_id> org_;
    std::optional<error> lost_to_;
    bool announces_ = false;
};

inline auto to_sql(std::nullopt_t /*null*/) -> sql_value {
    return std::monostate{};
}
inline auto to_sql(bool value) -> sql_value {
    return value;
}
inline auto to_sql(std::int64_t value) -> sql_value {
    return value;
}
inline auto to_sql(std::string value) -> sql_value {
    return value;
}
inline auto to_sql(std::string_view value) -> sql_value {
    return std::string(value);
}
inline auto to_sql(const char* value) -> sql_value {
    return std::string(value);
}
inline auto to_sql(blob value) -> sql_value {
    return value;
}
inline auto to_sql(sql_value value) -> sql_value {
    return value;
}
inline auto to_sql(time_point value) -> sql_value {
    return static_cast<std::int64_t>(value.time_since_epoch().count());
}
template <class Tag>
auto to_sql(const id<Tag>& value) -> sql_value {
    return value.text();
}
template <class T>
auto to_sql(const std::optional<T>& value) -> sql_value {
    return value ? to_sql(*value) : sql_value(std::monostate{});
}
// Bytes that may be absent.
inline auto to_sql_bytes(const std::optional<std::string>& value) -> sql_value {
    return value ? sql_value(blob{*value}) : sql_value(std::monostate{});
}

// `run(session, "SELECT name FROM organizations WHERE id = $1", org)`.
template <class... Args>
auto run(sql_session& session, std::string_view statement, const Args&... args) -> sql_rows {
    const std::vector<sql_value> arguments{to_sql(args)...};
    return session.execute(statement, arguments);
}
template <class... Args>
void run_later(sql_session& session, std::string_view statement, const Args&... args) {
    const std::vector<sql_value> arguments{to_sql(args)...};
    session.execute_later(statement, arguments);
}

}  // namespace tenon::host
