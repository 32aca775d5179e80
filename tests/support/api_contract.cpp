#include "support/api_contract.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace tenon::test {
namespace {

using nlohmann::json;

auto segments_of(std::string_view path) -> std::vector<std::string_view> {
    std::vector<std::string_view> segments;
    for (std::size_t begin = 0; begin < path.size();) {
        const auto end = std::min(path.find('/', begin + 1), path.size());
        segments.push_back(path.substr(begin, end - begin));
        begin = end;
    }
    return segments;
}

auto fits(std::string_view pattern, std::string_view path) -> bool {
    const auto wanted = segments_of(pattern);
    const auto given = segments_of(path);
    return std::ranges::equal(wanted, given, [](std::string_view want, std::string_view have) {
        return want == have || (want.starts_with("/{") && have.size() > 1);
    });
}

// Without scheme, query and version.
auto plain_path(std::string path) -> std::string {
    if (const auto scheme = path.find("://"); scheme != std::string::npos) {
        const auto begin = path.find('/', scheme + 3);
        path = begin == std::string::npos ? "/" : path.substr(begin);
    }
    path = path.substr(0, path.find('?'));
    return path.starts_with("/api/v1/") ? "/api" + path.substr(7) : path;
}

auto is_of_type(const std::string& type, const json& value) -> bool {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "boolean" && value.is_boolean()) ||
           (type == "integer" && value.is_number_integer()) || (type == "null" && value.is_null());
}

auto type_fits(const json& types, const json& value) -> bool {
    if (types.is_string()) {
        return is_of_type(types, value);
    }
    return std::ranges::any_of(types, [&](const json& one) { return is_of_type(one, value); });
}

// RFC 3339, UTC: 2026-11-21T10:00:00.000Z.
auto is_time(const std::string& text) -> bool {
    return text.size() >= 20 && text[4] == '-' && text[10] == 'T' && text.back() == 'Z';
}

auto media_type_of(const http_response& answered) -> std::string {
    const auto type = answered.field("content-type").value_or("");
    return type.substr(0, type.find(';'));
}

}  // namespace

api_contract::api_contract(json document)
    : document_(std::move(document)),
      unlisted_{
          {"description", ""},
          {"content",
           {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}} {}

auto api_contract::problem(const http_request& asked, const http_response& answered) const
    -> std::string {
    std::string method = asked.method == "HEAD" ? "GET" : asked.method;
    std::ranges::transform(method, method.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    if (!answered.field("x-request-id")) {
        return "no X-Request-Id";
    }
    if (asked.method == "OPTIONS" && answered.status == 204) {
        return {};
    }
    const auto* const operation = find_operation(method, plain_path(asked.path));
    if (operation == nullptr && answered.status < 400) {
        return "no such operation";
    }
    const auto status = std::to_string(answered.status);
    if (operation != nullptr && !operation->at("responses").contains(status)) {
        return "the status " + status + " is not listed";
    }
    const auto& listed = operation != nullptr ? operation->at("responses").at(status) : unlisted_;
    return asked.method == "HEAD" ? std::string() : body_problem(listed, answered);
}

auto api_contract::find_operation(const std::string& method, const std::string& path) const
    -> const json* {
    for (const auto& [pattern, operations] : document_.at("paths").items()) {
        if (operations.contains(method) && fits(pattern, path)) {
            return &operations.at(method);
        }
    }
    return nullptr;
}

auto api_contract::body_problem(const json& listed, const http_response& answered) const
    -> std::string {
    if (!listed.contains("content")) {
        return {};
    }
    const auto type = media_type_of(answered);
    if (!listed.at("content").contains(type)) {
        return "the media type `" + type + "` is not listed";
    }
    if (type != "application/json") {
        return {};
    }
    const auto body = json::parse(answered.body, nullptr, false);
    if (body.is_discarded()) {
        return "no JSON";
    }
    auto wrong = mismatch(listed.at("content").at(type).at("schema"), body, "");
    if (!wrong.empty() || !body.is_object() || !body.contains("requestId")) {
        return wrong;
    }
    const std::string codes = listed.at("description");
    const std::string code = body.at("error");
    if (!codes.empty() && (", " + codes + ",").find(", " + code + ",") == std::string::npos) {
        return code + " is not among the codes that are listed: " + codes;
    }
    if (body.at("requestId") != answered.field("x-request-id")) {
        return "requestId is not the one of the header";
    }
    const auto wait = body.contains("retryAfter") ? body.at("retryAfter").dump() : "";
    return answered.field("retry-after").value_or("") == wait ? ""
                                                              : "retryAfter is not Retry-After";
}

auto api_contract::resolve(const json& schema) const -> const json& {
    const auto* found = &schema;
    while (found->contains("$ref")) {
        const std::string reference = found->at("$ref");
        found = &document_.at(json::json_pointer(reference.substr(1)));
    }
    return *found;
}

auto api_contract::mismatch(const json& named, const json& value, const std::string& where) const
    -> std::string {
    const auto& schema = resolve(named);
    if (schema.contains("type") && !type_fits(schema.at("type"), value)) {
        return where + " is not of the type " + schema.at("type").dump();
    }
    if (schema.contains("const") && schema.at("const") != value) {
        return where + " is not " + schema.at("const").dump();
    }
    if (schema.contains("enum") &&
        std::ranges::find(schema.at("enum"), value) == schema.at("enum").end()) {
        return where + " is " + value.dump() + ", which is not listed";
    }
    if (schema.value("format", "") == "date-time" && value.is_string() && !is_time(value)) {
        return where + " is no time";
    }
    if (auto wrong = choice_mismatch(schema, value, where); !wrong.empty()) {
        return wrong;
    }
    if (value.is_array() && schema.contains("items")) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            auto wrong = mismatch(schema.at("items"), value[i], where + '/' + std::to_string(i));
            if (!wrong.empty()) {
                return wrong;
            }
        }
    }
    return value.is_object() ? object_mismatch(schema, value, where) : "";
}

// Of `anyOf` and `oneOf` one must fit; `allOf` describes one object in parts.
auto api_contract::choice_mismatch(const json& schema, const json& value, const std::string& where)
    const -> std::string {
    for (const auto* const kind : {"anyOf", "oneOf"}) {
        if (schema.contains(kind) && std::ranges::none_of(schema.at(kind), [&](const json& one) {
                return mismatch(one, value, where).empty();
            })) {
            return where + " is none of " + kind;
        }
    }
    if (!schema.contains("allOf")) {
        return {};
    }
    json whole{{"type", "object"}, {"properties", json::object()}, {"required", json::array()}};
    for (const auto& part : schema.at("allOf")) {
        const auto& known = resolve(part);
        whole["properties"].update(known.at("properties"));
        for (const auto& name : known.value("required", json::array())) {
            whole["required"].push_back(name);
        }
    }
    return mismatch(whole, value, where);
}

auto api_contract::object_mismatch(const json& schema, const json& value, const std::string& where)
    const -> std::string {
    for (const auto& name : schema.value("required", json::array())) {
        if (!value.contains(name.get<std::string>())) {
            return where + " lacks " + name.get<std::string>();
        }
    }
    const auto known = schema.value("properties", json::object());
    const auto others = schema.value("additionalProperties", json());
    for (const auto& [name, member] : value.items()) {
        std::string wrong;
        if (known.contains(name)) {
            wrong = mismatch(known.at(name), member, where + '/' + name);
        } else if (others.is_object()) {
            wrong = mismatch(others, member, where + '/' + name);
        } else if (!known.empty() && others != json(true)) {
            wrong = where + " has " + name + ", which is not listed";
        }
        if (!wrong.empty()) {
            return wrong;
        }
    }
    return {};
}

auto hold_to_contract(const std::string& url) -> http_client::witness {
    static const api_contract contract(http_client(url).get("/openapi.json").json());
    return [](const http_request& asked, const http_response& answered) {
        const auto problem = contract.problem(asked, answered);
        if (!problem.empty()) {
            throw std::runtime_error(
                asked.method + ' ' + asked.path +
                " is not answered as openapi.json says: " + problem + "\n" + answered.body
            );
        }
    };
}

}  // namespace tenon::test
