// Microsoft: Entra ID v2 and Graph, for work, school and personal accounts.
#include <tenon/sdk.hpp>

#include <algorithm>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view authorize_url =
    "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize";
constexpr std::string_view token_url =
    "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token";
constexpr std::string_view login_origin = "https://login.microsoftonline.com/";
constexpr std::string_view personal_tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";

auto tenant_of(const tenon::values& config) -> std::string {
    const std::string tenant = config.text("tenant");
    return tenant.empty() ? "common" : tenant;
}

auto is_guid(std::string_view text) -> bool {
    return text.size() == personal_tenant.size() &&
           text.find_first_not_of("0123456789abcdefABCDEF-") == std::string_view::npos;
}

// A tenant's own name is in its ID tokens; where more than one may sign in, or the tenant is named
// by its domain, only the token tells.
auto issuer_of(const std::string& tenant) -> std::string {
    const std::string id = tenant == "consumers" ? std::string(personal_tenant)
                           : is_guid(tenant)     ? tenant
                                                 : "{tenantid}";
    return std::string(login_origin) + id + "/v2.0";
}

auto has_code(const tenon::json& body, std::int64_t code) -> bool {
    const auto codes = body["error_codes"].items();
    return std::any_of(codes.begin(), codes.end(), [code](const tenon::json& each) {
        return each.as_int64() == code;
    });
}

// The RFC's codes, and beside them Microsoft's numbers (AADSTS…): two of them say to wait.
auto token_failure(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, what);
    const bool busy = has_code(reply.json(), 90033);
    const bool throttled = has_code(reply.json(), 90055);
    if (busy || throttled) {
        why.category = throttled ? category::rate_limited : category::unavailable;
    }
    return why;
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    if (!reply.ok()) {
        throw tenon::failed(token_failure(reply, what));
    }
    return tenon::oauth_tokens(reply, what);
}

// {"error": {"code", "message", "innerError"}}.
auto api_failure(const tenon::response& reply) -> tenon::failure {
    const tenon::json inner = reply.json()["error"];
    if (!reply.answered() || !inner.is_object()) {
        return tenon::oauth_failure(reply, asked::api);
    }
    const std::string code = inner.str("code");
    return tenon::failure_of(
        reply, tenon::category_of(reply.status(), asked::api),
        "Microsoft Graph answered " + tenon::quotable_code(code) + ": " +
            tenon::quotable(inner.str("message")),
        code
    );
}

class microsoft final : public tenon::provider {
  public:
    auto about() const -> tenon::description override { return description_for("common"); }

    auto describe(const tenon::values& config) const -> tenon::description override {
        return description_for(tenant_of(config));
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        // An ID token, a refresh token, and what the profile takes.
        in.scope = tenon::with_scopes(in.scope, {"openid", "offline_access", "User.Read"});
        auto built = tenon::authorization(authorize_url, in);
        built.path("tenant", tenant_of(in.config)).query("response_mode", "query");
        if (in.config.has("prompt")) {
            built.query("prompt", in.config.text("prompt"));
        }
        for (const std::string_view name : {"login_hint", "domain_hint"}) {
            if (in.connect.has(name)) {
                built.query(name, in.connect.text(name));
            }
        }
        co_return built;
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply =
            co_await tenon::code_request(token_url, in).path("tenant", tenant_of(in.config));
        co_return granted(reply, asked::exchange);
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply =
            co_await tenon::refresh_request(token_url, in).path("tenant", tenant_of(in.config));
        co_return granted(reply, asked::refresh);
    }

    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
        auto reply = co_await tenon::get("https://graph.microsoft.com/v1.0/me").bearer();
        if (!reply.ok()) {
            co_return api_failure(reply);
        }
        const tenon::json me = reply.object();
        co_return tenon::profile()
            .account_id(me.str("id"))
            .username(me.str("userPrincipalName"))
            .display_name(me.str("displayName"))
            .email(me.str("mail"))
            .text("given_name", me.str("givenName"))
            .text("surname", me.str("surname"))
            .text("job_title", me.str("jobTitle"))
            .text("preferred_language", me.str("preferredLanguage"))
            .raw(reply.body());
    }

  private:
    static auto description_for(const std::string& tenant) -> tenon::description {
        return {
            .id = "microsoft",
            .display_name = "Microsoft",
            .category = "productivity",
            .vendor = "Microsoft",
            .version = "1.0.0",
            .docs_url =
                "https://learn.microsoft.com/en-us/entra/identity-platform/"
                "v2-oauth2-auth-code-flow",
            .pkce = tenon::pkce::supported,
            .client_auth = tenon::client_auth::post,
            .issuer = issuer_of(tenant),
            .jwks_url = std::string(login_origin) + tenant + "/discovery/v2.0/keys",
            .nonce = true,
            // Each refresh brings a new refresh token, but the old one goes on.
            .refresh =
                tenon::refresh_policy{
                    .default_lifetime_s = 3600, .default_refresh_lifetime_s = 90 * 24 * 3600},
            .origins =
                {{"https://login.microsoftonline.com", tenon::role::authorize | tenon::role::token},
                 {"https://graph.microsoft.com", tenon::role::api}},
            .scopes = scopes(),
            .config_fields = config_fields(),
            .connect_fields =
                {{.name = "login_hint", .label = "Account to offer", .pattern = "[^\\s]{1,254}"},
                 {.name = "domain_hint",
                  .label = "Domain of the organization",
                  .pattern = "[A-Za-z0-9.-]{1,253}"}},
        };
    }

    static auto scopes() -> std::vector<tenon::scope> {
        return {
            {"openid", "Know which account it is", true},
            {"profile", "See your name", true},
            {"email", "See your e-mail address", true},
            {"offline_access", "Stay connected", true},
            {"User.Read", "See your profile", true},
            {"Mail.Read", "Read your mail", false},
            {"Mail.Send", "Send mail for you", false},
            {"Calendars.Read", "See your calendars", false},
            {"Calendars.ReadWrite", "See and change your calendars", false},
            {"Files.Read", "See your files", false},
            {"Files.ReadWrite", "See and change your files", false},
            {"Contacts.Read", "See your contacts", false},
        };
    }

    static auto config_fields() -> std::vector<tenon::field> {
        return {
            {.name = "tenant",
             .label = "Who may sign in",
             .description =
                 "common, organizations, consumers, or one tenant by its id or its domain",
             .pattern = "[A-Za-z0-9][A-Za-z0-9.-]{0,252}",
             .default_value = "common"},
            {.name = "prompt",
             .label = "What to ask each time",
             .type = tenon::field_type::choice,
             .choices = {"login", "none", "consent", "select_account"}},
        };
    }
};

}  // namespace

TENON_PLUGIN(microsoft);
