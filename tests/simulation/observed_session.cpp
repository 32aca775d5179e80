#include "observed_session.hpp"

#include "leaks.hpp"
#include "store/shared_sql.hpp"

#include <algorithm>

namespace tenon::simulation {
namespace {

using host::sql_rows;
using host::sql_value;

constexpr std::string_view owing = "INSERT INTO owed_revocations";
constexpr std::string_view refresh_commit = "UPDATE grants SET status = 'live', access_token";
constexpr std::string_view lease_taking = "UPDATE grants SET lease_owner = $3, lease_until = $4";
constexpr std::string_view lease_claiming = "WITH found AS";
constexpr std::string_view reply_record = "INSERT INTO intent_replies";
constexpr std::string_view reply_touch = "UPDATE intents SET updated_at";
constexpr std::string_view telling = "INSERT INTO audit_log";
constexpr std::size_t told_action = 4;  // which of its arguments

auto is_readable(const sql_value& value) -> bool {
    if (const auto* text = std::get_if<std::string>(&value)) {
        return leaks(*text);
    }
    const auto* bytes = std::get_if<host::blob>(&value);
    return bytes != nullptr && leaks(bytes->data);
}

auto tells_of_end(std::string_view statement, std::span<const sql_value> arguments) -> bool {
    return statement.starts_with(telling) &&
           std::get<std::string>(arguments[told_action]) == "connection.expired";
}

auto without_comparison(std::string_view statement) -> std::string {
    constexpr std::string_view comparison = "generation = $3";
    std::string text(statement);
    text.replace(text.rfind(comparison), comparison.size(), "$3 > 0");
    return text;
}

}  // namespace

auto observed_session::is_swallowed(
    std::string_view statement, std::span<const sql_value> arguments
) -> bool {
    switch (fault_) {
        case planted_fault::reply_not_sealed: return statement.starts_with(reply_record);
        case planted_fault::owed_forgotten: return statement.starts_with(owing);
        case planted_fault::scheduler_stalls: return statement == host::due_of_provider_statement;
        case planted_fault::audit_later:
            if (tells_of_end(statement, arguments)) {
                notes_.late.push_back({std::string(statement), {arguments.begin(), arguments.end()}}
                );
                return true;
            }
            return false;
        default: return false;
    }
}

auto observed_session::do_execute(std::string_view statement, std::span<const sql_value> arguments)
    -> sql_rows {
    note(statement, arguments);
    if (is_swallowed(statement, arguments)) {
        return {};
    }
    if (fault_ == planted_fault::short_lease && statement.starts_with(lease_taking)) {
        return with_short_lease(
            statement, arguments, "org_id = $1 AND id = $2 AND lease_owner = $3", 3
        );
    }
    if (fault_ == planted_fault::short_lease && statement.starts_with(lease_claiming)) {
        return with_short_lease(statement, arguments, "lease_owner = $1 AND lease_until = $2", 2);
    }
    if (fault_ == planted_fault::no_compare_and_swap && statement.starts_with(refresh_commit)) {
        return inner_.execute(without_comparison(statement), arguments);
    }
    return inner_.execute(statement, arguments);
}

void observed_session::note(std::string_view statement, std::span<const sql_value> arguments) {
    if (statement.starts_with("SELECT")) {
        return;
    }
    if (std::ranges::any_of(arguments, is_readable)) {
        all_.violated("a readable secret was given to the database");
    }
    const auto names = [&](std::string_view what) {
        return statement.find(what) != std::string_view::npos;
    };
    notes_.touches_grants = notes_.touches_grants || names("grants");
    notes_.touches_intents = notes_.touches_intents || names("intent");
    notes_.touches_connections =
        notes_.touches_connections || names(" connections ") || statement.starts_with(telling);
    notes_.touches_owed = notes_.touches_owed || names("owed_revocations");
    notes_.commits_refresh = notes_.commits_refresh || statement.starts_with(refresh_commit);
    if (statement.starts_with(reply_touch)) {
        notes_.replies_of.push_back(std::get<std::string>(arguments[1]));
    }
}

auto observed_session::with_short_lease(
    std::string_view statement, std::span<const sql_value> arguments, const std::string& held,
    std::size_t first
) -> sql_rows {
    auto rows = inner_.execute(statement, arguments);
    inner_.execute(
        "UPDATE grants SET lease_until = lease_until - 44500 WHERE " + held, arguments.first(first)
    );
    return rows;
}

}  // namespace tenon::simulation
