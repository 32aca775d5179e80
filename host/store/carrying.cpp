#include "store/carrying.hpp"

#include <algorithm>
#include <stdexcept>

namespace tenon::host {

namespace {

// What is in memory at a time: some hundred kilobytes, of rows as they usually are.
constexpr std::size_t page_size = 200;

auto joined(std::span<const std::string> names) -> std::string {
    std::string list;
    for (const auto& name : names) {
        list += (list.empty() ? "" : ", ") + name;
    }
    return list;
}

auto parameters(std::size_t count) -> std::string {
    std::string list;
    for (std::size_t i = 1; i <= count; ++i) {
        list += (i == 1 ? "$" : ", $") + std::to_string(i);
    }
    return list;
}

// Where the key's columns are among those of a page.
auto positions_of(std::string_view key, std::span<const std::string> columns)
    -> std::vector<std::size_t> {
    std::vector<std::size_t> positions;
    while (!key.empty()) {
        const auto end = std::min(key.find(", "), key.size());
        const auto found = std::find(columns.begin(), columns.end(), key.substr(0, end));
        if (found == columns.end()) {
            throw std::logic_error("a table lacks a column of its key");
        }
        positions.push_back(static_cast<std::size_t>(found - columns.begin()));
        key.remove_prefix(std::min(end + 2, key.size()));
    }
    return positions;
}

auto key_of(const sql_row& row, std::span<const std::size_t> positions) -> std::vector<sql_value> {
    std::vector<sql_value> key;
    for (const auto position : positions) {
        key.push_back(row.values()[position]);
    }
    return key;
}

}  // namespace

auto count_all(sql_session& session, const kept_table& table) -> std::int64_t {
    return run(session, "SELECT COUNT(*) FROM " + std::string(table.name))[0].integer(0);
}

auto read_pages(
    sql_session& session, const kept_table& table, std::span<const std::string> columns,
    const std::function<result<void>(const sql_rows& page)>& take
) -> result<void> {
    const auto positions = positions_of(table.key, columns);
    const std::string key(table.key);
    const auto all = "SELECT " + joined(columns) + " FROM " + std::string(table.name);
    const auto page_end = " ORDER BY " + key + " LIMIT " + std::to_string(page_size);
    const auto first = all + page_end;
    const auto next =
        all + " WHERE (" + key + ") > (" + parameters(positions.size()) + ")" + page_end;
    std::vector<sql_value> behind;
    for (;;) {
        const auto page = session.execute(behind.empty() ? first : next, behind);
        if (page.empty()) {
            return {};
        }
        if (auto taken = take(page); taken.has_error()) {
            return taken;
        }
        if (page.size() < page_size) {
            return {};
        }
        behind = key_of(page[page.size() - 1], positions);
    }
}

auto first_with_rows(sql_session& session) -> std::string {
    for (const auto& table : kept_tables()) {
        std::string name(table.name);
        const bool there = !columns_of(session, name).empty();
        if (there && !run(session, "SELECT 1 FROM " + name + " LIMIT 1").empty()) {
            return name;
        }
    }
    return {};
}

// One round trip for all of them: what can wait travels with the last.
void write_rows(
    sql_session& session, const kept_table& table, std::span<const std::string> columns,
    const sql_rows& rows
) {
    const auto statement = "INSERT INTO " + std::string(table.name) + " (" + joined(columns) +
                           ") VALUES (" + parameters(columns.size()) + ")";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i + 1 < rows.size()) {
            session.execute_later(statement, rows[i].values());
        } else {
            session.execute(statement, rows[i].values());
        }
    }
}

void settle_rows(sql_session& session) {
    run(session, "UPDATE grants SET lease_owner = '', lease_until = NULL WHERE lease_owner <> ''");
    for (const std::string table : {"intents", "erasures"}) {
        // Where it has one: the schema may be an older one.
        if (std::ranges::count(columns_of(session, table), "owner") > 0) {
            run(session, "UPDATE " + table + " SET owner = ''");
        }
    }
    if (session.engine() == sql_engine::postgresql) {
        session.execute_script(R"sql(
DO $$
DECLARE
    numbered RECORD;
BEGIN
    FOR numbered IN
        SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE a.attidentity <> '' AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format(
            'SELECT setval(pg_get_serial_sequence(%1$L, %2$L), COALESCE(MAX(%2$I), 0) + 1, false) FROM %1$I',
            numbered.relname, numbered.attname);
    END LOOP;
END
$$)sql");
    }
}

}  // namespace tenon::host
