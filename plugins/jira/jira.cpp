// Atlassian's OAuth 2.0 (3LO) for Jira: one grant for all sites that a person lets the app into.
#include <tenon/sdk.hpp>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view token_url = "https://auth.atlassian.com/oauth/token";
constexpr std::string_view sites_url = "https://api.atlassian.com/oauth/token/accessible-resources";
constexpr std::uint32_t day_s = 24 * 3600;

auto scopes() -> std::vector<tenon::scope> {
    return {
        {"read:me", "See your name, your picture and your e-mail address", true},
        {"offline_access", "Keep the access while you are away", true},
        {"read:jira-work", "See projects, issues and boards", true},
        {"write:jira-work", "Create and change issues", false},
        {"read:jira-user", "See the people of your sites", false},
        {"manage:jira-project", "Manage projects", false},
        {"manage:jira-configuration", "Manage Jira's settings", false},
        {"manage:jira-webhook", "Be told of changes", false},
    };
}

auto connect_fields() -> std::vector<tenon::field> {
    return {
        {.name = "site",
         .label = "Your site: acme of acme.atlassian.net, or its cloud id",
         .description = "Empty: the first that the person lets the app into",
         .pattern = "[A-Za-z0-9][A-Za-z0-9-]{0,62}"}};
}

// A refresh token that is dead is answered with 403; a client's secret that is wrong, with 401 and
// a code that elsewhere says that the person refused. When a limit ends, a header of its own names
// as a date.
auto failure_in(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, what);
    const bool grant = why.code == "unauthorized_client" || why.code == "invalid_grant";
    if (what == asked::refresh && reply.status() == 403 && grant) {
        why.category = category::revoked;
    }
    if (what != asked::api && reply.status() == 401 && why.code == "access_denied") {
        why.category = category::misconfigured;
    }
    tenon::heed_reset(why, reply, {"x-ratelimit-reset"});
    return why;
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    if (tenon::is_refusal(reply)) {
        throw tenon::failed(failure_in(reply, what));
    }
    return tenon::oauth_tokens(reply, what);
}

auto is_site(const tenon::json& resource, std::string_view wanted) -> bool {
    const std::string host = "https://" + std::string(wanted) + ".atlassian.net";
    return wanted.empty() || resource.str("id") == wanted ||
           tenon::same_ignoring_case(resource.str("url"), host);
}

auto serves_jira(const tenon::json& resource) -> bool {
    for (const tenon::json& scope : resource["scopes"].items()) {
        if (scope.text().find("jira") != std::string::npos) {
            return true;
        }
    }
    return false;
}

// Jira and Confluence of one site are two entries with one id: Jira's counts.
auto site_in(const tenon::json& resources, std::string_view wanted) -> tenon::json {
    tenon::json found;
    for (const tenon::json& one : resources.items()) {
        if (is_site(one, wanted) &&
            (!found.exists() || (serves_jira(one) && !serves_jira(found)))) {
            found = one;
        }
    }
    return found;
}

void add_site(tenon::tokens& found, const tenon::json& site, const tenon::json& all) {
    const std::string cloud_id = site.str("id");
    if (!cloud_id.empty()) {
        found.base_url("https://api.atlassian.com/ex/jira/" + cloud_id);
    }
    found.metadata(tenon::json_object()
                       .text("cloud_id", cloud_id)
                       .text("site_name", site.str("name"))
                       .text("site_url", site.str("url"))
                       .raw("sites", all.raw())
                       .str());
}

class jira final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "jira",
            .display_name = "Jira",
            .category = "productivity",
            .vendor = "Atlassian",
            .version = "1.0.0",
            .docs_url = "https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",
            .pkce = tenon::pkce::supported,
            .client_auth = tenon::client_auth::post,
            .refresh =
                tenon::refresh_policy{
                    .rotates = true,
                    .reuse_grace_s = 600,
                    .default_lifetime_s = 3600,
                    .default_refresh_lifetime_s = 90 * day_s},
            .origins =
                {{"https://auth.atlassian.com", tenon::role::authorize | tenon::role::token},
                 {"https://api.atlassian.com", tenon::role::api}},
            .scopes = scopes(),
            .connect_fields = connect_fields(),
            .quirks = {"json-token-request"},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        in.scope =
            tenon::with_scopes(in.scope, {"read:me"});  // else nobody tells whose account it is
        auto built = tenon::authorization("https://auth.atlassian.com/authorize", in);
        co_return built.query("audience", "api.atlassian.com").query("prompt", "consent");
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::code_request(token_url, in, tenon::token_body::json);
        tenon::tokens found = granted(reply, asked::exchange);

        const std::string token = "Bearer " + reply.json().str("access_token");
        auto listed =
            co_await tenon::get(sites_url).header("Authorization", tenon::credential(token));
        const tenon::json sites = listed.json();
        if (!listed.ok() || !sites.is_array()) {
            co_return failure_in(listed, asked::api);
        }
        const std::string wanted = in.connect.text("site");
        const tenon::json site = site_in(sites, wanted);
        if (!site.exists() && !wanted.empty()) {
            co_return tenon::failure(
                category::access_denied, "the person let the app into no site of that name"
            );
        }
        add_site(found, site, sites);
        co_return found;
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::refresh_request(token_url, in, tenon::token_body::json);
        co_return granted(reply, asked::refresh);
    }

    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
        auto reply = co_await tenon::get("https://api.atlassian.com/me").bearer();
        if (!reply.ok()) {
            co_return failure_in(reply, asked::api);
        }
        const tenon::json me = reply.object();
        co_return tenon::profile()
            .account_id(me.str("account_id"))
            .username(me.str("nickname"))
            .display_name(me.str("name"))
            .email(me.str("email"))
            .avatar_url(me.str("picture"))
            .text("account_type", me.str("account_type"))
            .text("zoneinfo", me.str("zoneinfo"))
            .raw(reply.body());
    }
};

}  // namespace

TENON_PLUGIN(jira);
