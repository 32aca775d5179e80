#include "api/body_fields.hpp"

#include "api/naming.hpp"
#include "base/json.hpp"
#include "base/nearest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::host {

using nlohmann::json;

body_fields::body_fields(std::unique_ptr<json> object) : object_(std::move(object)) {}
body_fields::body_fields(body_fields&&) noexcept = default;
auto body_fields::operator=(body_fields&&) noexcept -> body_fields& = default;
body_fields::~body_fields() = default;

auto body_fields::parse(std::string_view body) -> result<body_fields> {
    if (body.empty()) {
        return body_fields(std::make_unique<json>(json::object()));
    }
    auto parsed = parse_json(body, repeated_members::refused);
    if (parsed.has_error()) {
        return fail(
            errc::invalid_json,
            "The body is no JSON that can be taken: " + parsed.error().message + "."
        );
    }
    if (!parsed->is_object()) {
        return fail(errc::invalid_request, "The body must be a JSON object.");
    }
    return body_fields(std::make_unique<json>(std::move(*parsed)));
}

auto body_fields::find(std::string_view name) const -> const json* {
    const auto found = object_->find(name);
    return found == object_->end() || found->is_null() ? nullptr : &*found;
}

auto body_fields::has(std::string_view name) const -> bool {
    return find(name) != nullptr;
}

void body_fields::note(std::string field, std::string message) {
    problems_.push_back({std::move(field), std::move(message)});
}

auto body_fields::text(std::string_view name) -> std::string {
    const auto* value = find(name);
    if (value == nullptr) {
        return {};
    }
    if (!value->is_string()) {
        note(std::string(name), "must be a string");
        return {};
    }
    return value->get<std::string>();
}

auto body_fields::required_text(std::string_view name) -> std::string {
    if (!has(name)) {
        note(std::string(name), "is required");
        return {};
    }
    const auto problems_before = problems_.size();
    auto value = text(name);
    if (value.empty() && problems_.size() == problems_before) {
        note(std::string(name), "must not be empty");
    }
    return value;
}

auto body_fields::required_name(std::string_view name) -> std::string {
    auto value = required_text(name);
    if (const auto wrong = problem_of_name(value); !value.empty() && !wrong.empty()) {
        note(std::string(name), std::string(wrong));
    }
    return value;
}

auto body_fields::flag(std::string_view name, bool otherwise) -> bool {
    const auto* value = find(name);
    if (value == nullptr) {
        return otherwise;
    }
    if (!value->is_boolean()) {
        note(std::string(name), "must be true or false");
        return otherwise;
    }
    return value->get<bool>();
}

auto body_fields::time(std::string_view name) -> std::optional<time_point> {
    const auto* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    const auto when =
        value->is_string() ? from_rfc3339(value->get_ref<const std::string&>()) : std::nullopt;
    if (!when) {
        note(std::string(name), "must be a time such as 2026-11-21T10:00:00Z (RFC 3339)");
    }
    return when;
}

auto body_fields::texts(std::string_view name) -> std::vector<std::string> {
    const auto* value = find(name);
    std::vector<std::string> all;
    if (value == nullptr) {
        return all;
    }
    const bool is_list = value->is_array();
    for (const auto& one : is_list ? *value : json::array()) {
        if (one.is_string()) {
            all.push_back(one.get<std::string>());
        }
    }
    if (!is_list || all.size() != value->size()) {
        note(std::string(name), "must be a list of strings");
    }
    return all;
}

auto body_fields::text_map(std::string_view name) -> std::map<std::string, std::string> {
    const auto* value = find(name);
    std::map<std::string, std::string> all;
    if (value == nullptr) {
        return all;
    }
    if (!value->is_object()) {
        note(std::string(name), "must be an object of strings");
        return all;
    }
    for (const auto& [key, one] : value->items()) {
        if (one.is_string()) {
            all.emplace(key, one.get<std::string>());
        } else if (one.is_number() || one.is_boolean()) {
            all.emplace(key, one.dump());
        } else {
            note(std::string(name) + "." + key, "must be a string");
        }
    }
    return all;
}

auto body_fields::objects(std::string_view name) -> std::vector<body_fields> {
    const auto* value = find(name);
    std::vector<body_fields> all;
    if (value == nullptr) {
        return all;
    }
    const bool is_list = value->is_array();
    for (const auto& one : is_list ? *value : json::array()) {
        if (one.is_object()) {
            all.push_back(body_fields(std::make_unique<json>(one)));
        }
    }
    if (!is_list || all.size() != value->size()) {
        note(std::string(name), "must be a list of objects");
    }
    return all;
}

void body_fields::refuse_slips(const std::vector<std::string>& known) {
    for (const auto& [name, value] : object_->items()) {
        const bool is_known = std::ranges::find(known, name) != known.end();
        const auto near = is_known ? std::string() : nearest_match(name, known);
        if (!near.empty()) {
            note(name, "is unknown: did you mean `" + near + "`?");
        }
    }
}

auto body_fields::checked() const -> result<void> {
    if (problems_.empty()) {
        return {};
    }
    auto problem =
        fail(errc::invalid_request, "The request has fields that can't be taken: see details.");
    problem.details = problems_;
    return problem;
}

}  // namespace tenon::host
