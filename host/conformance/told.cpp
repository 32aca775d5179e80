#include "conformance/play.hpp"

namespace tenon::host::conformance {
namespace {

// Lengths stand before texts, so that nothing runs together.
void put(std::string& out, std::string_view text) {
    out += std::to_string(text.size()) + ":";
    out += text;
    out += '\n';
}

void put(std::string& out, const std::vector<key_value>& list) {
    for (const auto& item : list) {
        put(out, item.key);
        put(out, item.value);
        put(out, std::to_string(item.flags));
    }
    out += "--\n";
}

void put(std::string& out, const http_action& from) {
    put(out, from.method + " " + from.url + " " + std::to_string(from.flags));
    for (const auto* list :
         {&from.path_params, &from.query, &from.form, &from.json, &from.headers}) {
        put(out, *list);
    }
    put(out, from.body);
    put(out, std::to_string(from.timeout_ms) + " " + std::to_string(from.max_body_bytes));
}

void put(std::string& out, const std::optional<time_point>& when) {
    put(out, when ? std::to_string(when->time_since_epoch().count()) : "unknown");
}

void put(std::string& out, const granted& from) {
    for (const auto& text :
         {from.slot, from.account_id, from.token_type, from.scope, from.base_url,
          from.metadata_json}) {
        put(out, text);
    }
    for (const auto* one : {&from.access_token, &from.refresh_token, &from.id_token}) {
        put(out, one->reveal());
    }
    put(out, from.expires_at);
    put(out, from.refresh_expires_at);
    put(out, from.refresh_not_before);
}

void put(std::string& out, const done_action& from) {
    put(out, "done");
    for (const auto& grant : from.output.grants) {
        put(out, grant);
    }
    for (const auto& field : from.output.fields) {
        put(out, field.name);
        put(out, field.value);
    }
    if (from.authorize) {
        put(out, *from.authorize);
    }
}

void put(std::string& out, const operation_failure& from) {
    put(out, "failed " + std::string(name_of(from.category)));
    put(out, from.code);
    put(out, from.message);
    put(out, std::to_string(from.http_status));
    put(out, from.retry_after ? std::to_string(from.retry_after->count()) : "");
    for (const auto& detail : from.details) {
        put(out, detail.field + ": " + detail.message);
    }
}

}  // namespace

auto told(const performance& run) -> std::string {
    std::string out;
    for (const auto& request : run.requests) {
        put(out, request);
    }
    for (const auto& call : run.calls) {
        put(out, call.id);
        put(out, call.args);
    }
    if (const auto* done = run.done()) {
        put(out, *done);
    }
    if (const auto* failed = run.failed()) {
        put(out, *failed);
    }
    return out;
}

}  // namespace tenon::host::conformance
