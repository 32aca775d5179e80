#include "oauth/owed_format.hpp"

#include "base/json.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::json;

constexpr int owed_version = 1;

auto to_revocable(const json& from) -> result<revocable> {
    auto credentials = credentials_from_json(secret(from.at("credentials").get<std::string>()));
    if (credentials.has_error()) {
        return credentials.error();
    }
    revocable to;
    to.provider = provider_id(from.at("provider").get<std::string>());
    to.client_id = from.at("clientId").get<std::string>();
    to.connect_params = from.at("connectParams").get<std::string>();
    to.slot = from.at("slot").get<std::string>();
    to.access_token = secret(from.at("accessToken").get<std::string>());
    to.refresh_token = secret(from.at("refreshToken").get<std::string>());
    to.account = account_id(from.at("accountId").get<std::string>());
    to.base_url = from.at("baseUrl").get<std::string>();
    to.credentials = std::move(*credentials);
    return to;
}

}  // namespace

auto serialize(const revocable& tokens) -> std::string {
    const auto credentials = credentials_to_json(tokens.credentials);
    return json{
        {"version", owed_version},
        {"provider", tokens.provider.text()},
        {"clientId", tokens.client_id},
        {"connectParams", tokens.connect_params},
        {"slot", tokens.slot},
        {"accessToken", tokens.access_token.reveal()},
        {"refreshToken", tokens.refresh_token.reveal()},
        {"accountId", tokens.account.text()},
        {"baseUrl", tokens.base_url},
        {"credentials", credentials.reveal()}}
        .dump();
}

auto parse_revocable(std::string_view bytes) -> result<revocable> {
    const auto parsed = parse_json(bytes);
    if (parsed.has_error()) {
        return fail(errc::internal, "an owed revocation can't be read");
    }
    try {
        if (parsed->at("version") == owed_version) {
            return to_revocable(*parsed);
        }
    } catch (const json::exception&) {
        // A field that is missing, or of another type: told below.
    }
    return fail(errc::internal, "an owed revocation is of a form that this version can't read");
}

}  // namespace tenon::host
