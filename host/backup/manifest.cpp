#include "backup/manifest.hpp"

#include "base/json.hpp"

#include <nlohmann/json.hpp>
#include <numeric>

namespace tenon::host {
namespace {

using nlohmann::json;

auto not_readable() -> error {
    return fail(errc::invalid_request, "what it says of itself can't be read");
}

// `read` takes the parsed text; whatever in it is missing or of another type is one error.
template <class T, class Read>
auto parsed(std::string_view text, Read read) -> result<T> {
    const auto value = parse_json(text);
    if (value.has_error()) {
        return not_readable();
    }
    try {
        return read(*value);
    } catch (const json::exception&) {
        return not_readable();
    }
}

auto read_head(const json& value) -> result<backup_head> {
    backup_head head;
    const auto made_at = from_rfc3339(value.at("madeAt").get<std::string>());
    if (!made_at) {
        return not_readable();
    }
    head.made_at = *made_at;
    head.tenon = value.at("tenon").get<std::string>();
    head.engine = value.at("engine").get<std::string>();
    for (const auto& one : value.at("migrations")) {
        head.migrations.emplace(
            one.at("version").get<std::int64_t>(),
            applied_migration{
                one.at("name").get<std::string>(), one.at("checksum").get<std::string>(), {}}
        );
    }
    head.rows = value.at("rows").get<std::map<std::string, std::int64_t>>();
    if (head.migrations.empty()) {
        return not_readable();
    }
    return head;
}

}  // namespace

auto to_json(const backup_head& head) -> std::string {
    auto migrations = json::array();
    for (const auto& [version, one] : head.migrations) {
        migrations.push_back({{"version", version}, {"name", one.name}, {"checksum", one.checksum}}
        );
    }
    return json{
        {"tenon", head.tenon},
        {"madeAt", to_rfc3339(head.made_at)},
        {"engine", head.engine},
        {"migrations", migrations},
        {"rows", head.rows}}
        .dump();
}

auto to_json(const backup_table& table) -> std::string {
    return json{{"name", table.name}, {"columns", table.columns}}.dump();
}

auto to_json(const std::vector<key_use>& keys) -> std::string {
    auto list = json::array();
    for (const auto& key : keys) {
        list.push_back({{"id", key.id}, {"values", key.values}});
    }
    return json{{"keys", list}}.dump();
}

auto parse_head(std::string_view text) -> result<backup_head> {
    return parsed<backup_head>(text, read_head);
}

auto parse_table(std::string_view text) -> result<backup_table> {
    return parsed<backup_table>(text, [](const json& value) -> result<backup_table> {
        return backup_table{
            value.at("name").get<std::string>(),
            value.at("columns").get<std::vector<std::string>>()};
    });
}

auto parse_keys(std::string_view text) -> result<std::vector<key_use>> {
    using list = std::vector<key_use>;
    return parsed<list>(text, [](const json& value) -> result<list> {
        list keys;
        for (const auto& one : value.at("keys")) {
            keys.push_back({one.at("id").get<std::string>(), one.at("values").get<std::int64_t>()});
        }
        return keys;
    });
}

auto row_count(const backup_head& head) -> std::int64_t {
    return std::accumulate(
        head.rows.begin(), head.rows.end(), std::int64_t{0},
        [](std::int64_t sum, const auto& table) { return sum + table.second; }
    );
}

auto schema_of(const backup_head& head) -> std::int64_t {
    return head.migrations.rbegin()->first;
}

auto check_schema(const backup_head& head) -> result<void> {
    const auto known = built_in_migrations();
    if (auto same = check_history(head.migrations, known, "the backup"); same.has_error()) {
        return same;
    }
    // All that are known up to there: a schema with a gap was never made.
    for (std::size_t i = 0; i < head.migrations.size(); ++i) {
        if (!head.migrations.contains(known[i].version)) {
            return fail(
                errc::conflict, "the backup lacks migration " + std::to_string(known[i].version) +
                                    ", and has later ones: it is of no schema that there was"
            );
        }
    }
    return {};
}

}  // namespace tenon::host
