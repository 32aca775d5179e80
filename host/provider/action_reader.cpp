#include "base/json.hpp"
#include "provider/action.hpp"

#include <tenon/operation.h>

#include <set>
#include <string_view>

namespace tenon::host {
namespace {

auto read_request(abi_reader& reader, const tenon_http_request* from) -> http_action {
    http_action out;
    const auto request = reader.structure(from, "action.http");
    out.flags = request.flags;
    out.method = reader.text(request.method, "http.method");
    out.url = reader.text(request.url, "http.url");
    out.path_params = reader.pairs(request.path_params, "http.path_params");
    out.query = reader.pairs(request.query, "http.query");
    out.form = reader.pairs(request.form, "http.form");
    out.json = reader.pairs(request.json, "http.json");
    out.headers = reader.pairs(request.headers, "http.headers");
    out.body = reader.bytes(request.body, "http.body");
    out.timeout_ms = request.timeout_ms;
    out.max_body_bytes = request.max_body_bytes;
    constexpr auto known = TENON_HTTP_CLIENT_AUTH | TENON_HTTP_BEARER | TENON_HTTP_GRANT_REPLY;
    reader.flags(out.flags, known, "http.flags");
    return out;
}

auto moment(std::int64_t ms) -> std::optional<time_point> {
    // Beyond the year 9999 no form of a date holds it: as good as unknown.
    constexpr std::int64_t last = 253'402'300'799'999;
    return ms <= 0 || ms > last ? std::nullopt : std::optional(time_point(milliseconds(ms)));
}

void check_is_json(abi_reader& reader, const std::string& text, std::string_view name) {
    if (const auto checked = check_json(text); checked.has_error()) {
        reader.broke(name, checked.error().message);
    }
}

void check_object(abi_reader& reader, const std::string& text, std::string_view name) {
    if (text.empty()) {
        return;
    }
    check_is_json(reader, text, name);
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos || text[first] != '{') {
        reader.broke(name, "must be a JSON object");
    }
}

auto read_grant(abi_reader& reader, const tenon_grant& from, operation_kind kind) -> granted {
    granted out;
    const bool by_credentials = kind == operation_kind::validate || kind == operation_kind::refresh;
    constexpr std::uint32_t as_template = TENON_GRANT_TEMPLATE;
    reader.flags(from.flags, by_credentials ? as_template : 0U, "grant.flags");
    out.is_template = (from.flags & TENON_GRANT_TEMPLATE) != 0;
    out.slot = reader.text(from.slot, "grant.slot");
    out.account_id = reader.text(from.account_id, "grant.account_id");
    out.access_token = secret(reader.text(from.access_token, "grant.access_token"));
    out.refresh_token = secret(reader.text(from.refresh_token, "grant.refresh_token"));
    out.id_token = secret(reader.text(from.id_token, "grant.id_token"));
    out.token_type = reader.text(from.token_type, "grant.token_type");
    out.scope = reader.text(from.scope, "grant.scope");
    out.base_url = reader.text(from.base_url, "grant.base_url");
    out.metadata_json = reader.text(from.metadata_json, "grant.metadata_json");
    check_object(reader, out.metadata_json, "grant.metadata_json");
    out.expires_at = moment(from.expires_at_ms);
    out.refresh_expires_at = moment(from.refresh_expires_at_ms);
    out.refresh_not_before = moment(from.refresh_not_before_ms);
    if (out.access_token.empty()) {
        reader.broke("grant.access_token", "is empty");
    }
    return out;
}

auto read_fields(abi_reader& reader, const tenon_kvs& from) -> std::vector<output_field> {
    std::vector<output_field> out;
    for (auto& [key, value, flags] : reader.pairs(from, "result.fields")) {
        const bool json = (flags & TENON_KV_JSON) != 0;
        if (json) {
            check_is_json(reader, value, "result.fields");
        }
        out.push_back({std::move(key), std::move(value), json, (flags & TENON_KV_SECRET) != 0});
    }
    return out;
}

void check_grants(abi_reader& reader, const std::vector<granted>& grants, operation_kind kind) {
    const bool due = kind == operation_kind::exchange || kind == operation_kind::refresh ||
                     kind == operation_kind::validate;
    if (due == grants.empty()) {
        reader.broke(
            "result.grants",
            due ? "none; this operation ends with at least one" : "this operation has none"
        );
    }
    if (kind == operation_kind::refresh && grants.size() > 1) {
        reader.broke("result.grants", "more than one; a refresh ends with exactly one");
    }
    std::set<std::string_view> slots;
    for (const auto& grant : grants) {
        if (!slots.insert(grant.slot).second) {
            reader.broke("result.grants", "the slot '" + grant.slot + "' is there twice");
        }
    }
}

void check_end(abi_reader& reader, const done_action& done, operation_kind kind) {
    check_grants(reader, done.output.grants, kind);
    if ((kind == operation_kind::authorize) != done.authorize.has_value()) {
        reader.broke("result.authorize", "is for AUTHORIZE, and must be there");
    }
    if ((kind == operation_kind::describe) != (done.description != nullptr)) {
        reader.broke("result.descriptor", "is for DESCRIBE, and must be there");
    }
}

auto read_result(abi_reader& reader, const tenon_result* from, operation_kind kind) -> done_action {
    done_action out;
    const auto result = reader.structure(from, "action.result");
    reader.structures(
        result.grants, result.grant_count, "result.grants",
        [&](const tenon_grant& grant) {
            out.output.grants.push_back(read_grant(reader, grant, kind));
        }
    );
    if (result.authorize != nullptr) {
        out.authorize = read_request(reader, result.authorize);
    }
    out.description = result.descriptor;
    out.output.fields = read_fields(reader, result.fields);
    if (reader.ok()) {
        check_end(reader, out, kind);
    }
    return out;
}

auto read_error(abi_reader& reader, const tenon_error* from) -> fail_action {
    fail_action out;
    const auto error = reader.structure(from, "action.error");
    // A category newer than this host reads as the most general one.
    out.failure.category = error.category <= TENON_ERROR_TOKEN_REJECTED
                               ? static_cast<failure_category>(error.category)
                               : failure_category::provider;
    out.failure.code = reader.text(error.code, "error.code");
    out.failure.message = reader.text(error.message, "error.message");
    out.failure.http_status = error.http_status;
    if (error.retry_after_ms != 0) {
        out.failure.retry_after = milliseconds(error.retry_after_ms);
    }
    for (auto& [key, value, flags] : reader.pairs(error.details, "error.details")) {
        out.failure.details.push_back({std::move(key), std::move(value)});
    }
    return out;
}

auto read_call(abi_reader& reader, const tenon_call* from) -> call_action {
    const auto call = reader.structure(from, "action.call");
    reader.reserved(call.reserved, "action.call");
    return {reader.text(call.id, "call.id"), reader.pairs(call.args, "call.args")};
}

void check_pointers(abi_reader& reader, const tenon_action& from) {
    const auto only = [&](std::uint32_t kind, const void* pointer, std::string_view name) {
        if ((pointer != nullptr) != (from.kind == kind)) {
            reader.broke(
                name, pointer == nullptr ? "is null, and the action is of its kind"
                                         : "is set, and the action is of another kind"
            );
        }
    };
    only(TENON_ACTION_HTTP, from.http, "action.http");
    only(TENON_ACTION_CALL, from.call, "action.call");
    only(TENON_ACTION_DONE, from.result, "action.result");
    only(TENON_ACTION_FAIL, from.error, "action.error");
}

auto read_kind(abi_reader& reader, const tenon_action& from, operation_kind kind) -> any_action {
    switch (from.kind) {
        case TENON_ACTION_HTTP: return read_request(reader, from.http);
        case TENON_ACTION_CALL: return read_call(reader, from.call);
        case TENON_ACTION_SLEEP:
            if (from.sleep_ms > TENON_MAX_SLEEP_MS) {
                reader.broke("action.sleep_ms", "is more than 30 seconds");
            }
            return sleep_action{milliseconds(from.sleep_ms)};
        case TENON_ACTION_DONE: return read_result(reader, from.result, kind);
        case TENON_ACTION_FAIL: return read_error(reader, from.error);
        default:
            reader.broke(
                "action.kind", std::to_string(from.kind) + " is none that this host knows"
            );
            return broken_action{};
    }
}

}  // namespace

auto read_action(const tenon_action& from, operation_kind kind) -> any_action {
    abi_reader reader;
    reader.reserved(from.reserved, "action");
    check_pointers(reader, from);
    if (!reader.ok()) {
        return broken_action{reader.problem()};
    }
    auto out = read_kind(reader, from, kind);
    if (!reader.ok()) {
        return broken_action{reader.problem()};
    }
    return out;
}

}  // namespace tenon::host
