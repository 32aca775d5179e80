// The issuer's metadata, in so far as the configuration leaves things open (RFC 8414 2, OpenID
// Connect Discovery 1.0 3).
#include "settings.hpp"

#include <algorithm>

namespace oauth2 {
namespace {

auto contains(const tenon::json& list, std::string_view word) -> bool {
    const auto items = list.items();
    return std::any_of(items.begin(), items.end(), [word](const tenon::json& item) {
        return item.text() == word;
    });
}

void take_endpoint(const tenon::json& document, std::string_view name, endpoint& into) {
    if (!into.exists()) into.url = document.str(name);
}

// RFC 8414: without the list, client_secret_basic is meant.
void take_client_auth(settings& into, const tenon::json& methods) {
    if (!methods.exists() || contains(methods, "client_secret_basic")) return;
    if (contains(methods, "client_secret_post")) {
        into.client_auth = tenon::client_auth::post;
    } else if (contains(methods, "none")) {
        into.client_auth = tenon::client_auth::none;
    } else {
        into.problems.emplace_back(
            "token_auth_method",
            "the issuer offers none of client_secret_basic, client_secret_post and none"
        );
    }
}

}  // namespace

void apply_discovery(settings& into, const tenon::values& config) {
    if (into.issuer.empty()) return;
    into.discovery_wanted =
        !into.authorize.exists() || !into.token.exists() || into.jwks_url.empty();
    const std::string text = config.text("discovery");
    into.discovery_missing = into.discovery_wanted && text.empty();
    if (text.empty()) return;
    const tenon::json_document parsed(text);
    const tenon::json document = parsed.root();
    if (document.str("issuer") !=
        into.issuer) {  // RFC 8414 3.3: identical, or it is not to be used
        into.problems.emplace_back(
            "issuer", "the metadata names another issuer; write it exactly as it is there"
        );
        return;
    }
    take_endpoint(document, "authorization_endpoint", into.authorize);
    take_endpoint(document, "token_endpoint", into.token);
    take_endpoint(document, "userinfo_endpoint", into.userinfo);
    take_endpoint(document, "revocation_endpoint", into.revoke);
    if (into.jwks_url.empty()) into.jwks_url = document.str("jwks_uri");
    if (config.text("token_auth_method").empty()) {
        take_client_auth(into, document["token_endpoint_auth_methods_supported"]);
    }
    // RFC 9126 5: else each connect would fail, in the person's browser.
    if (document.is_true("require_pushed_authorization_requests")) {
        into.problems.emplace_back(
            "issuer",
            "the issuer takes only pushed authorization requests "
            "(require_pushed_authorization_requests), which this plugin does not send: register "
            "the client without that demand and set authorize_url, token_url and jwks_url, or use "
            "a "
            "plugin of the provider's"
        );
    }
    into.iss_promised = document.is_true("authorization_response_iss_parameter_supported");
}

}  // namespace oauth2
