// What the plain provider says of itself.
#include "mutation.hpp"
#include "provider.hpp"

namespace mutant {
namespace {

// Those that its cassettes show.
auto quirks() -> std::vector<std::string> {
    if (is("quirks-known")) {
        return {"error-in-200", "non-rfc-error", "no-such-quirk"};
    }
    std::vector<std::string> out;
    for (const std::string id : {"error-in-200", "non-rfc-error"}) {
        if (!is(("hides-" + id).c_str())) {
            out.push_back(id);
        }
    }
    for (const std::string id :
         {"no-response-type", "scope-separator", "user-scope", "no-scope", "client-id-param",
          "pkce-hex", "json-token-request", "token-in-query", "invalid-request-dead"}) {
        if (is(("declares-" + id).c_str())) {
            out.push_back(id);
        }
    }
    return out;
}

// What is found by what it states alone, for no DESCRIBE repeats it.
auto is_undescribed() -> bool {
    return is("undescribed") || is("credential-fields") || is("docs-url") || is("icon");
}

}  // namespace

auto provider::about() const -> tenon::description {
    return {
        .id = "mutant",
        .display_name = "Mutant",
        .category = "tests",
        .icon = is("icon") ? "javascript:alert(1)" : "data:image/png;base64,iVBORw0KGgo=",
        .vendor = "tests",
        .version = "1.0.0",
        .docs_url = is("docs-url") ? "http://docs.mutant.example" : "https://docs.mutant.example",
        .auth_kinds = TENON_AUTH_CODE | TENON_AUTH_API_KEY,
        .without = is_undescribed() ? tenon::operation_bit(TENON_OP_DESCRIBE) : 0,
        .pkce = tenon::pkce::supported,
        .client_auth = tenon::client_auth::basic,
        .client_id_param = is("authorize-client-id") ? "app_id" : "",
        .issuer = "https://id.mutant.example",
        .nonce = true,
        .refresh =
            tenon::refresh_policy{.rotates = true, .by_access_token = is("renews-by-bearer")},
        .origins =
            {{"https://id.mutant.example",
              tenon::role::authorize | tenon::role::token | tenon::role::revoke},
             {"https://api.mutant.example", tenon::role::api},
             {is("descriptor-origins") ? "https://192.0.2.7" : "https://other.mutant.example",
              tenon::role::api}},
        .scopes = {{"read", "Read", true}, {"write", "Write", false}},
        .config_fields =
            {{.name = "flavour",
              .label = "Flavour",
              .pattern = is("descriptor-forms") ? "(" : "[a-z]*"}},
        .connect_fields =
            {{.name = "hint", .label = "Account to offer"},
             {.name = "region", .label = "Region", .pattern = "[a-z]{2}"}},
        .credential_fields =
            {{.name = "api_key", .label = "API key", .required = true, .secret = true},
             {.name = is("credential-fields") ? "key-ID" : "key_id", .label = "The key's id"}},
        .quirks = quirks(),
    };
}

auto provider::describe(const tenon::values&) const -> tenon::description {
    if (is("configuration-accepted")) {
        throw tenon::failed(tenon::category::misconfigured, "no configuration pleases it");
    }
    return about();
}

}  // namespace mutant
