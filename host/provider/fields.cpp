#include "base/json.hpp"
#include "base/utf8.hpp"
#include "provider/descriptor.hpp"
#include "provider/origin.hpp"
#include "provider/pattern.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

auto quoted_list(const std::vector<std::string>& items) -> std::string {
    std::string out;
    for (const auto& item : items) {
        out += (out.empty() ? "" : ", ") + item;
    }
    return out;
}

auto text_of(const nlohmann::json& scalar) -> std::string {
    return scalar.is_string() ? scalar.get<std::string>() : scalar.dump();
}

// A list's items, a map's values, or the value itself; nothing if it is not of that type.
auto parts_of(const field_descriptor& field, const std::string& value)
    -> std::optional<std::vector<std::string>> {
    if (field.type != field_type::list && field.type != field_type::map) {
        return std::vector{value};
    }
    const auto parsed = parse_json(value);
    const bool fits =
        parsed && (field.type == field_type::list ? parsed->is_array() : parsed->is_object());
    if (!fits) {
        return std::nullopt;
    }
    std::vector<std::string> out;
    for (const auto& item : *parsed) {
        if (item.is_structured() || item.is_null()) {
            return std::nullopt;
        }
        out.push_back(text_of(item));
    }
    return out;
}

// Lists and maps hold texts: `rotates: true` and `port: 8080` are what YAML makes of them.
auto with_texts(const field_descriptor& field, const std::string& value) -> std::string {
    if (field.type != field_type::list && field.type != field_type::map) {
        return value;
    }
    auto parsed = nlohmann::json::parse(value);
    bool changed = false;
    for (auto& item : parsed) {
        if (!item.is_string()) {
            item = text_of(item);
            changed = true;
        }
    }
    return changed ? parsed.dump() : value;
}

auto type_problem(const field_descriptor& field) -> std::string {
    switch (field.type) {
        case field_type::list: return "must be a list of strings";
        case field_type::map: return "must be a map of strings";
        case field_type::url: return "must be an absolute http(s) URL";
        case field_type::choice: return "must be one of " + quoted_list(field.choices);
        case field_type::text: break;
    }
    return "must be text";
}

// What is wrong with a value, in words without the value.
auto judge(const field_descriptor& field, const std::string& value) -> std::optional<std::string> {
    constexpr std::size_t longest = 64UL * 1024;
    if (value.size() > longest || !is_text(value)) {
        return "must be UTF-8 text of at most 64 KiB";
    }
    const auto parts = parts_of(field, value);
    if (!parts) {
        return type_problem(field);
    }
    const auto form = field.pattern.empty() ? std::nullopt : pattern::compile(field.pattern);
    for (const auto& part : *parts) {
        if (field.type == field_type::url && !split(part, url_templates::allowed)) {
            return type_problem(field);
        }
        if (field.type == field_type::choice &&
            std::ranges::find(field.choices, part) == field.choices.end()) {
            return type_problem(field);
        }
        if (form && !form->matches(part)) {
            return "must match " + field.pattern;
        }
    }
    return std::nullopt;
}

auto names_of(const std::vector<field_descriptor>& form) -> std::string {
    std::vector<std::string> names;
    for (const auto& field : form) {
        names.push_back(field.name);
    }
    return names.empty() ? "none is known here" : "known are: " + quoted_list(names);
}

auto unknown_fields(
    const std::vector<field_descriptor>& form, const std::map<std::string, std::string>& values
) -> std::vector<field_problem> {
    std::vector<field_problem> unknown;
    for (const auto& [name, value] : values) {
        if (std::ranges::find(form, name, &field_descriptor::name) == form.end()) {
            unknown.push_back({name, "is unknown; " + names_of(form)});
        }
    }
    return unknown;
}

}  // namespace

auto check_fields(
    const std::vector<field_descriptor>& form, std::map<std::string, std::string> values
) -> result<std::map<std::string, std::string>> {
    auto problems = unknown_fields(form, values);
    for (const auto& field : form) {
        auto found = values.find(field.name);
        if (found == values.end() && !field.default_value.empty()) {
            found = values.emplace(field.name, field.default_value).first;
        }
        if (found == values.end() || (field.required && found->second.empty())) {
            if (field.required) {
                problems.push_back({field.name, "is required"});
            }
        } else if (auto problem = judge(field, found->second)) {
            problems.push_back({field.name, std::move(*problem)});
        } else {
            found->second = with_texts(field, found->second);
        }
    }
    if (!problems.empty()) {
        auto message = problems.front().field + " " + problems.front().message;
        return error{errc::invalid_request, std::move(message), {}, std::move(problems)};
    }
    return values;
}

}  // namespace tenon::host
