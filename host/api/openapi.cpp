#include "api/openapi.hpp"

#include "api/error_response.hpp"
#include "api/json_writer.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <map>

namespace tenon::host {

namespace {

// `/a/:b` -> `/a/{b}`, and the names of what is in braces.
struct path_template {
    std::string text;
    std::vector<std::string> names;
};

auto path_template_of(std::string_view pattern) -> path_template {
    path_template path;
    while (!pattern.empty()) {
        const auto end = std::min(pattern.find('/', 1), pattern.size());
        const auto segment = pattern.substr(1, end - 1);
        pattern.remove_prefix(end);
        if (segment.starts_with(':')) {
            path.names.emplace_back(segment.substr(1));
            path.text += "/{" + path.names.back() + '}';
        } else {
            path.text += '/' + std::string(segment);
        }
    }
    return path;
}

auto needs_key(const route_spec& spec) -> bool {
    return spec.scope.has_value() || spec.user != user_rule::none;
}

enum class required { no, yes };

void write_parameter(
    json_writer& json, std::string_view where, const query_parameter& what, required is_required
) {
    json.begin_object()
        .field("name", what.name)
        .field("in", where)
        .field("description", what.description)
        .field("required", is_required == required::yes)
        .raw_field("schema", what.schema)
        .end_object();
}

auto meaning_of(std::string_view path_parameter) -> std::string_view {
    if (path_parameter == "accountId") {
        return "The provider's account id, or a connectionId";
    }
    return path_parameter == "userId" ? "The user that the call is about" : "As it is listed";
}

void write_parameters(json_writer& json, const route_spec& spec, const path_template& path) {
    json.key("parameters").begin_array();
    for (const auto& name : path.names) {
        write_parameter(json, "path", {name, meaning_of(name)}, required::yes);
    }
    const bool in_path = std::ranges::find(path.names, "userId") != path.names.end();
    if (spec.user != user_rule::none && !in_path) {
        const auto* const meaning = "The user that the call acts for; or userId";
        write_parameter(json, "header", {"X-Tenon-User", meaning}, required::no);
        write_parameter(json, "query", {"userId", "The same"}, required::no);
    }
    for (const auto& parameter : spec.query) {
        write_parameter(json, "query", parameter, required::no);
    }
    if (spec.etag) {
        const auto* const meaning = "An ETag: what it stands for is not sent again";
        write_parameter(json, "header", {"If-None-Match", meaning}, required::no);
    }
    if (spec.idempotent_by_key) {
        const auto* const meaning =
            "The same key and request again get the first answer, for a day; 409 where that went "
            "with an erased user";
        write_parameter(json, "header", {"Idempotency-Key", meaning}, required::no);
    }
    json.end_array();
}

void write_reference(json_writer& json, std::string_view schema) {
    json.key("schema").begin_object();
    json.field("$ref", "#/components/schemas/" + std::string(schema)).end_object();
}

// What an answer consists of: JSON of that schema, text of that media type, or either.
void write_content(json_writer& json, std::string_view schema, std::string_view media = {}) {
    json.key("content").begin_object();
    if (!schema.empty()) {
        json.key("application/json").begin_object();
        write_reference(json, schema);
        json.end_object();
    }
    if (!media.empty()) {
        json.key(media).begin_object().raw_field("schema", R"({"type":"string"})").end_object();
    }
    json.end_object();
}

void write_responses(json_writer& json, const route_spec& spec) {
    json.key("responses").begin_object();
    json.key(std::to_string(spec.success)).begin_object();
    json.field("description", spec.success == 303 ? "Redirect" : "Done");
    if (!spec.response_schema.empty() || !spec.media.empty()) {
        write_content(json, spec.response_schema, spec.media);
    }
    json.end_object();
    if (spec.etag) {
        json.key("304").begin_object().field("description", "It is the one of the ETag");
        json.end_object();
    }
    std::map<unsigned, std::string> by_status;
    for (const auto code : errors_of(spec)) {
        auto& codes = by_status[http_status_of(code)];
        codes += (codes.empty() ? "" : ", ") + std::string(code_of(code));
    }
    if (!spec.down_schema.empty()) {
        json.key("503").begin_object().field("description", "A part of the host is down");
        write_content(json, spec.down_schema);
        json.end_object();
    }
    for (const auto& [status, codes] : by_status) {
        json.key(std::to_string(status)).begin_object().field("description", codes);
        write_content(json, "Error", spec.media == "text/html" ? spec.media : "");
        json.end_object();
    }
    json.end_object();
}

// JSON, or a form, of that schema; where nothing but a user is needed, the body may name them.
void write_request_body(json_writer& json, const route_spec& spec) {
    const bool in_path = spec.pattern.find(":userId") != std::string_view::npos;
    const bool names_user = spec.request_schema.empty() && spec.body == body_rule::json &&
                            spec.user == user_rule::required && !in_path;
    if (spec.request_schema.empty() && !names_user) {
        return;
    }
    const bool is_form = spec.body == body_rule::form;
    const bool or_query = is_form && !spec.query.empty();
    json.key("requestBody").begin_object().field("required", !names_user && !or_query);
    json.key("content").begin_object();
    json.key(is_form ? "application/x-www-form-urlencoded" : "application/json").begin_object();
    write_reference(json, names_user ? "UserChoice" : spec.request_schema);
    json.end_object().end_object().end_object();
}

void write_operation(json_writer& json, const route_spec& spec, const path_template& path) {
    json.key(to_lower(spec.method)).begin_object();
    json.field("operationId", spec.name).field("summary", spec.summary);
    if (needs_key(spec)) {
        json.raw_field("security", R"([{"bearer":[]},{"apiKey":[]}])");
    } else {
        json.raw_field("security", "[]");
    }
    if (spec.scope) {
        auto scopes = std::string(to_text(*spec.scope));
        if (spec.scope_too) {
            scopes += ' ' + std::string(to_text(*spec.scope_too));
        }
        json.field("x-scope", scopes);
    }
    write_parameters(json, spec, path);
    write_request_body(json, spec);
    write_responses(json, spec);
    json.end_object();
}

void write_paths(json_writer& json, const api_settings& settings) {
    // One object a path, whose members are its methods; order of the table.
    std::vector<std::string_view> done;
    json.key("paths").begin_object();
    for (const auto& first : route_table()) {
        if (!is_open(first, settings) || std::ranges::find(done, first.pattern) != done.end()) {
            continue;
        }
        done.push_back(first.pattern);
        const auto path = path_template_of(first.pattern);
        json.key(path.text).begin_object();
        for (const auto& spec : route_table()) {
            if (spec.pattern == first.pattern) {
                write_operation(json, spec, path);
            }
        }
        json.end_object();
    }
    json.end_object();
}

void write_components(json_writer& json) {
    json.key("components").begin_object();
    json.raw_field(
        "securitySchemes", R"({"bearer":{"type":"http","scheme":"bearer"},)"
                           R"("apiKey":{"type":"apiKey","in":"header","name":"X-API-Key"}})"
    );
    json_writer codes(1'024);
    codes.begin_object()
        .field(
            "description",
            "ACCESS_DENIED, INVALID_CODE and INSUFFICIENT_SCOPE come in redirects after a callback "
            "too"
        )
        .key("enum")
        .begin_array();
    for (const auto code : all_error_codes()) {
        codes.value(code_of(code));
    }
    // The fixed schemas are an object already: ours goes in at its front.
    auto schemas = "{\"ErrorCode\":" + codes.end_array().end_object().take() + ',';
    schemas += openapi_schemas().substr(1);
    json.raw_field("schemas", schemas).end_object();
}

}  // namespace

auto errors_of(const route_spec& spec) -> std::vector<errc> {
    std::vector<errc> codes(spec.errors.begin(), spec.errors.end());
    const auto add = [&codes](std::initializer_list<errc> more) {
        for (const auto code : more) {
            if (std::ranges::find(codes, code) == codes.end()) {
                codes.push_back(code);
            }
        }
    };
    // The transport's own come first: what can't be read, comes too slowly, or is too much.
    add(
        {errc::invalid_request, errc::method_not_allowed, errc::headers_too_large,
         errc::body_too_large, errc::rate_limited, errc::internal}
    );
    if (spec.limit != limit_rule::none) {
        add({errc::storage_unavailable, errc::shutting_down, errc::provider_timeout});
    }
    if (needs_key(spec)) {
        add({errc::unauthenticated, errc::insufficient_scope});
    }
    if (spec.user == user_rule::required) {
        add({errc::user_required});
    }
    if (spec.body == body_rule::json) {
        add({errc::invalid_json});
    }
    if (spec.body != body_rule::none) {
        add({errc::unsupported_media_type});
    }
    if (spec.idempotent_by_key) {
        add({errc::conflict});
    }
    return codes;
}

auto openapi_json(const api_settings& settings) -> std::string {
    json_writer json(48 * 1'024);
    json.begin_object().field("openapi", "3.1.0");
    json.key("info")
        .begin_object()
        .field("title", "Tenon")
        .field("version", settings.version)
        .field("description", "A self-hosted integration host. /api/v1 is the same as /api.")
        .end_object();
    json.key("servers").begin_array().begin_object().field("url", settings.public_url);
    json.end_object().end_array();
    write_paths(json, settings);
    write_components(json);
    return json.end_object().take();
}

}  // namespace tenon::host
