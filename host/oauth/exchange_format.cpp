// An exchange's input as bytes: JSON, sealed into its intent.
#include "base/json.hpp"
#include "oauth/exchange.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::json;

constexpr int exchange_version = 1;

auto to_input(const json& from) -> exchange_input {
    exchange_input to;
    to.by.org = org_id(from.at("org").get<std::string>());
    to.by.user = user_id(from.at("user").get<std::string>());
    to.by.name = from.at("actor").get<std::string>();
    to.provider = provider_id(from.at("provider").get<std::string>());
    to.client_id = from.at("clientId").get<std::string>();
    to.code = secret(from.at("code").get<std::string>());
    to.verifier = secret(from.at("verifier").get<std::string>());
    to.nonce = secret(from.at("nonce").get<std::string>());
    to.redirect_uri = from.at("redirectUri").get<std::string>();
    to.requested_scope = from.at("scope").get<std::string>();
    to.connect_params = from.at("params").get<std::map<std::string, std::string>>();
    for (const auto& pair : from.at("callback")) {
        to.callback.emplace_back(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
    }
    if (from.contains("reconnect")) {
        to.reconnect = account_id(from.at("reconnect").get<std::string>());
    }
    to.confirm = from.at("confirm").get<bool>();
    to.began_at = time_point(milliseconds(from.at("beganAt").get<std::int64_t>()));
    return to;
}

}  // namespace

auto serialize(const exchange_input& input) -> std::string {
    json to{
        {"version", exchange_version},
        {"org", input.by.org.text()},
        {"user", input.by.user.text()},
        {"actor", input.by.name},
        {"provider", input.provider.text()},
        {"clientId", input.client_id},
        {"code", input.code.reveal()},
        {"verifier", input.verifier.reveal()},
        {"nonce", input.nonce.reveal()},
        {"redirectUri", input.redirect_uri},
        {"scope", input.requested_scope},
        {"params", input.connect_params},
        {"callback", json::array()},
        {"confirm", input.confirm},
        {"beganAt", input.began_at.time_since_epoch().count()},
    };
    for (const auto& [name, value] : input.callback) {
        to["callback"].push_back(json::array({name, value}));
    }
    if (input.reconnect) {
        to["reconnect"] = input.reconnect->text();
    }
    return to.dump();
}

auto parse_exchange_input(std::string_view bytes) -> result<exchange_input> {
    const auto parsed = parse_json(bytes);
    if (parsed.has_error()) {
        return fail(errc::internal, "an exchange that was cut off can't be read");
    }
    try {
        if (parsed->at("version") == exchange_version) {
            return to_input(*parsed);
        }
    } catch (const std::exception&) {
        // A field that is missing, or of another type: told below.
    }
    return fail(
        errc::internal, "an exchange that was cut off is of a form that this version can't read"
    );
}

auto params_to_json(const std::map<std::string, std::string>& params) -> std::string {
    return json(params).dump();
}

auto params_from_json(std::string_view text) -> std::map<std::string, std::string> {
    std::map<std::string, std::string> params;
    const auto parsed = parse_json(text);
    if (parsed.has_value() && parsed->is_object()) {
        for (const auto& [name, value] : parsed->items()) {
            if (value.is_string()) {
                params.emplace(name, value.get<std::string>());
            }
        }
    }
    return params;
}

}  // namespace tenon::host
