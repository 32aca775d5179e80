#include "provider/cassette_outcome.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::ordered_json;

void put(ordered_json& into, const char* name, std::string_view text) {
    if (!text.empty()) {
        into[name] = text;
    }
}

auto grant_json(const granted& from) -> ordered_json {
    ordered_json out = ordered_json::object();
    out["slot"] = from.slot;
    put(out, "account_id", from.account_id);
    put(out, "access_token", from.access_token.reveal());
    put(out, "refresh_token", from.refresh_token.reveal());
    put(out, "scope", from.scope);
    put(out, "base_url", from.base_url);
    return out;
}

}  // namespace

auto outcome_json(const operation_output& yielded) -> std::string {
    ordered_json done = ordered_json::object();
    for (const auto& grant : yielded.grants) {
        done["grants"].push_back(grant_json(grant));
    }
    for (const auto& field : yielded.fields) {
        if (field.name != "raw") {
            done["fields"][field.name] = field.value;
        }
    }
    const ordered_json out = {{"done", std::move(done)}};
    return out.dump();
}

auto outcome_json(const operation_failure& why) -> std::string {
    ordered_json failed = {{"category", name_of(why.category)}};
    put(failed, "code", why.code);
    if (why.http_status != 0) {
        failed["http_status"] = why.http_status;
    }
    const ordered_json out = {{"failed", std::move(failed)}};
    return out.dump();
}

}  // namespace tenon::host
