#include "oauth/grant_secrets.hpp"

#include "base/json.hpp"
#include "oauth/sealing.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

auto open_column(
    const sealer& seal, const grant_row& grant, sealed_column column,
    const std::optional<std::string>& sealed
) -> result<secret> {
    return sealed ? open_from(seal, grant.org, grant.id.text(), column, *sealed) : secret();
}

}  // namespace

auto open_secrets(const sealer& seal, const grant_row& grant) -> result<operation_secrets> {
    operation_secrets opened;
    auto access = open_column(seal, grant, sealed_column::grant_access_token, grant.access_token);
    if (access.has_error()) {
        return access.error();
    }
    auto refresh =
        open_column(seal, grant, sealed_column::grant_refresh_token, grant.refresh_token);
    if (refresh.has_error()) {
        return refresh.error();
    }
    auto credentials = open_credentials(seal, grant);
    if (credentials.has_error()) {
        return credentials.error();
    }
    opened.access_token = std::move(*access);
    opened.refresh_token = std::move(*refresh);
    opened.credentials = std::move(*credentials);
    return opened;
}

auto open_credentials(const sealer& seal, const grant_row& grant) -> result<credential_map> {
    const auto bytes =
        open_column(seal, grant, sealed_column::grant_credentials, grant.credentials);
    return bytes.has_error() ? result<credential_map>(bytes.error())
                             : credentials_from_json(*bytes);
}

auto credentials_to_json(const credential_map& credentials) -> secret {
    if (credentials.empty()) {
        return {};
    }
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [name, value] : credentials) {
        object[name] = std::string(value.reveal());
    }
    return secret(object.dump());
}

auto credentials_from_json(const secret& bytes) -> result<credential_map> {
    credential_map credentials;
    if (bytes.empty()) {
        return credentials;
    }
    const auto object = parse_json(bytes.reveal());
    if (object.has_error() || !object->is_object()) {
        return fail(errc::internal, "a grant's credentials can't be read");
    }
    for (const auto& [name, value] : object->items()) {
        if (value.is_string()) {
            credentials.emplace(name, secret(value.get<std::string>()));
        }
    }
    return credentials;
}

}  // namespace tenon::host
