// A landing as bytes: JSON, sealed by whoever parks it. And what its parts are called there.
#include "base/json.hpp"
#include "oauth/landing.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::json;

constexpr int landing_version = 1;
constexpr std::string_view main_slot = "main";

void put(json& to, const char* name, const std::optional<time_point>& when) {
    if (when) {
        to[name] = when->time_since_epoch().count();
    }
}

auto get_time(const json& from, const char* name) -> std::optional<time_point> {
    const auto found = from.find(name);
    return found == from.end()
               ? std::nullopt
               : std::optional(time_point(milliseconds(found->get<std::int64_t>())));
}

auto to_json(const granted& from) -> json {
    json to{
        {"slot", from.slot},
        {"accountId", from.account_id},
        {"accessToken", from.access_token.reveal()},
        {"refreshToken", from.refresh_token.reveal()},
        {"idToken", from.id_token.reveal()},
        {"tokenType", from.token_type},
        {"scope", from.scope},
        {"baseUrl", from.base_url},
    };
    put(to, "expiresAt", from.expires_at);
    put(to, "refreshExpiresAt", from.refresh_expires_at);
    put(to, "refreshNotBefore", from.refresh_not_before);
    return to;
}

auto to_granted(const json& from) -> granted {
    granted to;
    to.slot = from.at("slot").get<std::string>();
    to.account_id = from.at("accountId").get<std::string>();
    to.access_token = secret(from.at("accessToken").get<std::string>());
    to.refresh_token = secret(from.at("refreshToken").get<std::string>());
    to.id_token = secret(from.at("idToken").get<std::string>());
    to.token_type = from.at("tokenType").get<std::string>();
    to.scope = from.at("scope").get<std::string>();
    to.base_url = from.at("baseUrl").get<std::string>();
    to.expires_at = get_time(from, "expiresAt");
    to.refresh_expires_at = get_time(from, "refreshExpiresAt");
    to.refresh_not_before = get_time(from, "refreshNotBefore");
    return to;
}

auto to_landing(const json& from) -> landing {
    landing to;
    to.by.org = org_id(from.at("org").get<std::string>());
    to.by.user = user_id(from.at("user").get<std::string>());
    to.by.name = from.at("actor").get<std::string>();
    to.provider = provider_id(from.at("provider").get<std::string>());
    to.client_id = from.at("clientId").get<std::string>();
    to.account = account_id(from.at("accountId").get<std::string>());
    to.scope = from.at("scope").get<std::string>();
    to.metadata = from.at("metadata").get<std::string>();
    to.connect_params = from.at("connectParams").get<std::string>();
    to.credentials = secret(from.value("credentials", std::string()));
    if (from.contains("profile")) {
        to.profile = from.at("profile").get<std::string>();
    }
    to.issued_at = get_time(from, "issuedAt").value();
    for (const auto& grant : from.at("grants")) {
        to.grants.push_back(to_granted(grant));
    }
    return to;
}

}  // namespace

auto serialize(const landing& what) -> std::string {
    json to{
        {"version", landing_version},       {"org", what.by.org.text()},
        {"user", what.by.user.text()},      {"actor", what.by.name},
        {"provider", what.provider.text()}, {"clientId", what.client_id},
        {"accountId", what.account.text()}, {"scope", what.scope},
        {"metadata", what.metadata},        {"connectParams", what.connect_params},
        {"grants", json::array()},
    };
    put(to, "issuedAt", what.issued_at);
    if (!what.credentials.empty()) {
        to["credentials"] = what.credentials.reveal();
    }
    if (what.profile) {
        to["profile"] = *what.profile;
    }
    for (const auto& grant : what.grants) {
        to["grants"].push_back(to_json(grant));
    }
    return to.dump();
}

auto parse_landing(std::string_view bytes) -> result<landing> {
    const auto parsed = parse_json(bytes);
    if (parsed.has_error()) {
        return fail(errc::internal, "a parked connection can't be read");
    }
    try {
        if (parsed->at("version") == landing_version) {
            return to_landing(*parsed);
        }
    } catch (const std::exception&) {
        // A field that is missing, or of another type: told below.
    }
    return fail(errc::internal, "a parked connection is of a form that this version can't read");
}

auto account_of(const landing& what, const granted& from) -> account_id {
    return from.account_id.empty() ? what.account : account_id(from.account_id);
}

auto stored_slot(std::string_view plugin_slot) -> std::string {
    return std::string(plugin_slot.empty() ? main_slot : plugin_slot);
}

auto plugin_slot(std::string_view stored) -> std::string {
    return stored == main_slot ? std::string() : std::string(stored);
}

}  // namespace tenon::host
