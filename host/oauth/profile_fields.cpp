#include "oauth/profile_fields.hpp"

#include "base/json.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <set>

namespace tenon::host {
namespace {

using nlohmann::json;

// The ABI's names are the field's, the API's are camelCase; a platform's own keys stay as they are.
auto api_name(std::string_view name) -> std::string {
    struct pair {
        std::string_view abi, api;
    };
    constexpr std::array names{
        pair{"account_id", "accountId"}, pair{"display_name", "displayName"},
        pair{"avatar_url", "avatarUrl"}};
    for (const auto& known : names) {
        if (known.abi == name) {
            return std::string(known.api);
        }
    }
    return std::string(name);
}

auto json_text(std::string_view text) -> std::string {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

// Adds `"name":value` unless the name is there already.
void add(
    std::string& members, std::set<std::string>& names, std::string name, std::string_view value
) {
    if (!names.insert(name).second) {
        return;
    }
    if (!members.empty()) {
        members += ',';
    }
    members += json_text(name);
    members += ':';
    members += value;
}

auto value_of(const output_field& field) -> std::string {
    return field.is_json ? field.value : json_text(field.value);
}

// Needed by the host, not by anybody who reads the profile.
auto is_internal(std::string_view name) -> bool {
    return name == "subject";
}

// The members of an object's text, without the braces.
auto inner(std::string_view object) -> std::string_view {
    const auto begin = object.find('{');
    const auto end = object.rfind('}');
    return begin == std::string_view::npos || end <= begin
               ? std::string_view()
               : object.substr(begin + 1, end - begin - 1);
}

}  // namespace

auto profile_json(const operation_output& output, std::string_view account) -> std::string {
    std::string members;
    std::set<std::string> names;
    add(members, names, "accountId", json_text(account));
    for (const auto& field : output.fields) {
        if (!field.is_secret && !is_internal(field.name)) {
            add(members, names, api_name(field.name), value_of(field));
        }
    }
    return '{' + members + '}';
}

auto is_of_subject(const operation_output& profile, std::string_view subject) -> bool {
    const auto* claimed = profile.field("subject");
    return subject.empty() || claimed == nullptr || claimed->value == subject;
}

auto with_profile(const std::string& metadata, const operation_output& output) -> std::string {
    std::set<std::string> names;
    std::string members;
    if (const auto parsed = parse_json(metadata); parsed.has_value() && parsed->is_object()) {
        for (const auto& [name, value] : parsed->items()) {
            names.insert(name);
        }
        members = parsed->empty() ? std::string() : std::string(inner(metadata));
    }
    for (const auto& field : output.fields) {
        if (!field.is_secret && !is_internal(field.name) && field.name != "raw" &&
            field.name != "account_id") {
            add(members, names, api_name(field.name), value_of(field));
        }
    }
    return '{' + members + '}';
}

}  // namespace tenon::host
