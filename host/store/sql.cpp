#include "store/sql.hpp"

#include "store/text_check.hpp"

#include <stdexcept>

namespace tenon::host {

namespace {

template <class T>
auto as(std::span<const sql_value> values, std::size_t column, const char* wanted) -> const T& {
    if (column >= values.size()) {
        throw std::logic_error("column " + std::to_string(column) + " is not in the answer");
    }
    if (const T* value = std::get_if<T>(&values[column])) {
        return *value;
    }
    throw std::logic_error("column " + std::to_string(column) + " is not " + wanted);
}

}  // namespace

auto sql_row::is_null(std::size_t column) const -> bool {
    return std::holds_alternative<std::monostate>(values_[column]);
}

auto sql_row::text(std::size_t column) const -> const std::string& {
    return as<std::string>(values_, column, "text");
}

auto sql_row::bytes(std::size_t column) const -> const std::string& {
    return as<blob>(values_, column, "bytes").data;
}

auto sql_row::integer(std::size_t column) const -> std::int64_t {
    return as<std::int64_t>(values_, column, "an integer");
}

auto sql_row::boolean(std::size_t column) const -> bool {
    // SQLite has no type of its own for truth.
    if (const auto* number = std::get_if<std::int64_t>(&values_[column])) {
        return *number != 0;
    }
    return as<bool>(values_, column, "a boolean");
}

auto sql_row::time(std::size_t column) const -> time_point {
    return time_point{milliseconds{integer(column)}};
}

auto sql_row::optional_text(std::size_t column) const -> std::optional<std::string> {
    return is_null(column) ? std::nullopt : std::optional(text(column));
}

auto sql_row::optional_bytes(std::size_t column) const -> std::optional<std::string> {
    return is_null(column) ? std::nullopt : std::optional(bytes(column));
}

auto sql_row::optional_integer(std::size_t column) const -> std::optional<std::int64_t> {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
}

auto sql_row::optional_time(std::size_t column) const -> std::optional<time_point> {
    return is_null(column) ? std::nullopt : std::optional(time(column));
}

template <class Fn>
auto sql_session::noting_loss(Fn fn) {
    if (lost_to_) {
        throw storage_failure(*lost_to_);
    }
    try {
        return fn();
    } catch (const storage_failure& failure) {
        lost_to_ = failure.reason();
        throw;
    }
}

auto sql_session::execute(std::string_view statement, std::span<const sql_value> arguments)
    -> sql_rows {
    return noting_loss([&] {
        check_arguments(arguments);
        return do_execute(statement, arguments);
    });
}

void sql_session::execute_later(std::string_view statement, std::span<const sql_value> arguments) {
    noting_loss([&] {
        check_arguments(arguments);
        do_execute_later(statement, arguments);
    });
}

void sql_session::do_execute_later(
    std::string_view statement, std::span<const sql_value> arguments
) {
    do_execute(statement, arguments);
}

void sql_session::hold(std::string_view name) {
    noting_loss([&] {
        const sql_value text = std::string(name);
        check_arguments({&text, 1});
        do_hold(name);
    });
}

void sql_session::execute_script(const std::string& script) {
    noting_loss([&] { do_execute_script(script); });
}

auto sql_session::org() const -> const org_id& {
    if (!org_) {
        throw std::logic_error("a transaction of the service's belongs to no organization");
    }
    return *org_;
}

}  // namespace tenon::host
