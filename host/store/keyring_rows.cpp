#include "store/keyring_rows.hpp"

#include "store/read_rows.hpp"

#include <stdexcept>

namespace tenon::host {

namespace {

enum class key_kind { org, org_and_text, org_text_and_position, hash, org_and_hash };

struct place {
    sealed_column column;
    std::string_view table;
    std::string_view name;
    key_kind kind;
    std::string_view key;  // the primary key's columns
};

constexpr place places[] = {
    {sealed_column::grant_access_token, "grants", "access_token", key_kind::org_and_text,
     "org_id, id"},
    {sealed_column::grant_refresh_token, "grants", "refresh_token", key_kind::org_and_text,
     "org_id, id"},
    {sealed_column::grant_id_token, "grants", "id_token", key_kind::org_and_text, "org_id, id"},
    {sealed_column::grant_credentials, "grants", "credentials", key_kind::org_and_text,
     "org_id, id"},
    {sealed_column::pending_verifier, "pending_connects", "verifier", key_kind::hash, "state_hash"},
    {sealed_column::pending_nonce, "pending_connects", "nonce", key_kind::hash, "state_hash"},
    {sealed_column::confirmation, "confirmations", "sealed", key_kind::hash, "code_hash"},
    {sealed_column::intent, "intents", "sealed", key_kind::org_and_text, "org_id, id"},
    {sealed_column::intent_reply, "intent_replies", "sealed", key_kind::org_text_and_position,
     "org_id, intent_id, position"},
    {sealed_column::idempotency, "idempotency", "sealed", key_kind::org_and_hash,
     "org_id, key_hash"},
    {sealed_column::audit_head, "audit_heads", "sealed", key_kind::org, "org_id"},
};

constexpr sealed_column columns[] = {
    sealed_column::grant_access_token, sealed_column::grant_refresh_token,
    sealed_column::grant_id_token,     sealed_column::grant_credentials,
    sealed_column::pending_verifier,   sealed_column::pending_nonce,
    sealed_column::confirmation,       sealed_column::intent,
    sealed_column::intent_reply,       sealed_column::idempotency,
    sealed_column::audit_head};

auto place_of(sealed_column column) -> const place& {
    for (const auto& one : places) {
        if (one.column == column) {
            return one;
        }
    }
    throw std::logic_error("a sealed column without a place");
}

auto key_width(key_kind kind) -> std::size_t {
    switch (kind) {
        case key_kind::org:
        case key_kind::hash: return 1;
        case key_kind::org_text_and_position: return 3;
        case key_kind::org_and_text:
        case key_kind::org_and_hash: return 2;
    }
    return 0;
}

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

auto to_hex(const std::string& bytes) -> std::string {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4U];
        text += digits[static_cast<unsigned char>(c) & 0xFU];
    }
    return text;
}

// org_id, the sealed value, then the key.
auto read_value(const place& where, const sql_row& row) -> sealed_value {
    sealed_value value;
    value.column = where.column;
    value.org = org_id(row.text(0));
    value.sealed = row.bytes(1);
    switch (where.kind) {
        case key_kind::org:
            value.row = row.text(2);
            value.key = {row.text(2)};
            break;
        case key_kind::hash:
            value.row = to_hex(row.bytes(2));
            value.key = {blob{row.bytes(2)}};
            break;
        case key_kind::org_and_hash:
            value.row = to_hex(row.bytes(3));
            value.key = {row.text(2), blob{row.bytes(3)}};
            break;
        case key_kind::org_and_text:
            value.row = row.text(3);
            value.key = {row.text(2), row.text(3)};
            break;
        case key_kind::org_text_and_position:
            value.row = row.text(3);
            value.position = row.integer(4);
            value.key = {row.text(2), row.text(3), row.integer(4)};
            break;
    }
    return value;
}

// Empty values are erased ones; NULL compares as unknown and is left out by itself.
auto present(const place& where) -> std::string {
    return "length(" + std::string(where.name) + ") > 0";
}

auto count_where(sql_session& session, const std::string* key_id) -> std::int64_t {
    std::int64_t count = 0;
    for (const auto& where : places) {
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

auto all_sealed_columns() -> std::span<const sealed_column> {
    return columns;
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
        statement += " AND (" + key + ") > (" + parameters(4, key_width(where.kind)) + ")";
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
                 parameters(3, key_width(where.kind)) + ")";
    return session.execute(statement, arguments).affected() > 0;
}

auto count_sealed_with(sql_session& session, const std::string& key_id) -> std::int64_t {
    return count_where(session, &key_id);
}

auto count_sealed(sql_session& session) -> std::int64_t {
    return count_where(session, nullptr);
}

}  // namespace tenon::host
