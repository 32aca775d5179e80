#include "store/keyring_rows.hpp"

#include "store/read_rows.hpp"
#include "store/sealed_places.hpp"

namespace tenon::host {

namespace {

// `$first, $first+1, ...`
auto parameters(std::size_t first, std::size_t count) -> std::string {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) {
        list += (i == 0 ? "$" : ", $") + std::to_string(first + i);
    }
    return list;
}

// How what a key sealed begins: version 1, the id's length, the id.
auto header_of(const std::string& key_id) -> std::string {
    return std::string("\x01") + static_cast<char>(key_id.size()) + key_id;
}

// org_id, the sealed value, then the key.
auto read_value(const column_place& where, const sql_row& row) -> sealed_value {
    const auto key = row.values().subspan(2);
    return sealed_value_at(where, org_id(row.text(0)), row.bytes(1), {key.begin(), key.end()});
}

// Empty values are erased ones; NULL compares as unknown and is left out by itself.
auto present(const column_place& where) -> std::string {
    return "length(" + std::string(where.name) + ") > 0";
}

auto count_where(sql_session& session, const std::string* key_id) -> std::int64_t {
    std::int64_t count = 0;
    for (const auto& where : all_places()) {
        std::string statement =
            "SELECT COUNT(*) FROM " + std::string(where.table) + " WHERE " + present(where);
        std::vector<sql_value> arguments;
        if (key_id != nullptr) {
            const auto header = header_of(*key_id);
            statement += " AND substr(" + std::string(where.name) + ", 1, $1) = $2";
            arguments = {static_cast<std::int64_t>(header.size()), blob{header}};
        }
        count += session.execute(statement, arguments)[0].integer(0);
    }
    return count;
}

}  // namespace

auto save_keyring_check(sql_session& session, const keyring_check_row& row) -> bool {
    return run(session,
               "INSERT INTO keyring_checks (key_id, sealed, created_at) VALUES ($1, $2, $3) "
               "ON CONFLICT (key_id) DO NOTHING",
               row.key_id, blob{row.sealed}, row.created_at)
               .affected() > 0;
}

auto list_keyring_checks(sql_session& session) -> std::vector<keyring_check_row> {
    const auto rows =
        run(session,
            "SELECT key_id, sealed, created_at FROM keyring_checks ORDER BY created_at, key_id");
    return read_all(rows, [](const sql_row& row) {
        return keyring_check_row{row.text(0), row.bytes(1), row.time(2)};
    });
}

auto sealed_values_not_of(
    sql_session& session, sealed_column column, const std::string& key_id,
    const std::optional<sealed_value>& after, std::size_t limit
) -> std::vector<sealed_value> {
    const auto& where = place_of(column);
    const auto header = header_of(key_id);
    const std::string name(where.name);
    const std::string key(where.key);
    std::string statement = "SELECT org_id, " + name + ", " + key + " FROM " +
                            std::string(where.table) + " WHERE " + present(where) + " AND substr(" +
                            name + ", 1, $1) <> $2";
    std::vector<sql_value> arguments{
        static_cast<std::int64_t>(header.size()), blob{header}, as_limit(limit)};
    if (after) {
        statement += " AND (" + key + ") > (" + parameters(4, after->key.size()) + ")";
        arguments.insert(arguments.end(), after->key.begin(), after->key.end());
    }
    statement += " ORDER BY " + key + " LIMIT $3";
    return read_all(session.execute(statement, arguments), [&](const sql_row& row) {
        return read_value(where, row);
    });
}

auto replace_sealed(sql_session& session, const sealed_value& seen, const std::string& sealed_anew)
    -> bool {
    const auto& where = place_of(seen.column);
    const std::string name(where.name);
    std::string statement = "UPDATE " + std::string(where.table) + " SET " + name + " = $1";
    std::vector<sql_value> arguments{blob{sealed_anew}, blob{seen.sealed}};
    arguments.insert(arguments.end(), seen.key.begin(), seen.key.end());
    if (seen.column == sealed_column::grant_access_token) {
        const auto length = static_cast<unsigned char>(sealed_anew.at(1));
        arguments.emplace_back(sealed_anew.substr(2, length));
        statement += ", key_id = $" + std::to_string(arguments.size());
    }
    statement += " WHERE " + name + " = $2 AND (" + std::string(where.key) + ") = (" +
                 parameters(3, seen.key.size()) + ")";
    return session.execute(statement, arguments).affected() > 0;
}

auto count_sealed_with(sql_session& session, const std::string& key_id) -> std::int64_t {
    return count_where(session, &key_id);
}

auto count_sealed(sql_session& session) -> std::int64_t {
    return count_where(session, nullptr);
}

}  // namespace tenon::host
