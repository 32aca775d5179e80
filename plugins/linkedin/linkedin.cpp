// LinkedIn: Sign In with LinkedIn using OpenID Connect, and its versioned API.
#include <tenon/sdk.hpp>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view token_url = "https://www.linkedin.com/oauth/v2/accessToken";
constexpr std::string_view revoke_url = "https://www.linkedin.com/oauth/v2/revoke";
constexpr std::uint32_t day_s = 24 * 3600;

// invalid_request stands for a code, a redirect URI or a client that does not fit, all in one.
auto token_failure(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, what);
    const std::string told = reply.json().str("error_description");
    if (why.code == "invalid_request" && told.find("authorization code") != std::string::npos) {
        why.category = category::invalid_code;
    }
    return why;
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    if (!reply.ok()) {
        throw tenon::failed(token_failure(reply, what));
    }
    tenon::tokens found = tenon::oauth_tokens(reply, what);
    return found.scope(tenon::spaced(reply.json().str("scope")));
}

// {"status", "serviceErrorCode", "code", "message"}.
auto api_failure(const tenon::response& reply) -> tenon::failure {
    const tenon::json body = reply.json();
    const std::string code =
        body.id("code").empty() ? body.id("serviceErrorCode") : body.id("code");
    if (!reply.answered() || code.empty()) {
        return tenon::oauth_failure(reply, asked::api);
    }
    return tenon::failure_of(
        reply, tenon::category_of(reply.status(), asked::api),
        "LinkedIn answered " + tenon::quotable_code(code) + ": " +
            tenon::quotable(body.str("message")),
        code
    );
}

class linkedin final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "linkedin",
            .display_name = "LinkedIn",
            .category = "social",
            .vendor = "LinkedIn",
            .version = "1.0.0",
            .docs_url =
                "https://learn.microsoft.com/en-us/linkedin/shared/authentication/"
                "authorization-code-flow",
            .pkce = tenon::pkce::never,
            .client_auth = tenon::client_auth::post,
            .issuer = "https://www.linkedin.com/oauth",
            .jwks_url = "https://www.linkedin.com/oauth/openid/jwks",
            // Each answer says how much is left of the year that a consent lasts.
            .refresh = tenon::refresh_policy{.default_lifetime_s = 60 * day_s},
            .origins =
                {{"https://www.linkedin.com",
                  tenon::role::authorize | tenon::role::token | tenon::role::revoke},
                 {"https://api.linkedin.com", tenon::role::api}},
            .scopes =
                {{"openid", "Know which account it is", true},
                 {"profile", "See your name and your picture", true},
                 {"email", "See your e-mail address", true},
                 {"w_member_social", "Post, comment and react for you", false},
                 {"r_member_social", "See your posts and how they do", false},
                 {"r_member_postAnalytics", "See the numbers of your posts", false},
                 {"w_organization_social", "Post for your organizations", false},
                 {"r_organization_social", "See your organizations' posts", false},
                 {"rw_organization_admin", "Manage your organizations' pages", false}},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        // Without it nobody knows whose account it is.
        in.scope = tenon::with_scopes(in.scope, {"openid", "profile"});
        co_return tenon::authorization("https://www.linkedin.com/oauth/v2/authorization", in);
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::code_request(token_url, in);
        co_return granted(reply, asked::exchange);
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        if (in.refresh_token.empty()) {
            co_return tenon::failure(
                category::revoked,
                "LinkedIn gives refresh tokens to approved partners only: the account must be "
                "reconnected before its 60 days are over"
            );
        }
        auto reply = co_await tenon::refresh_request(token_url, in);
        co_return granted(reply, asked::refresh);
    }

    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
        auto reply = co_await tenon::get("https://api.linkedin.com/v2/userinfo").bearer();
        if (!reply.ok()) {
            co_return api_failure(reply);
        }
        const tenon::json me = reply.object();
        co_return tenon::profile()
            .account_id(me.str("sub"))
            .subject(me.str("sub"))
            .display_name(me.str("name"))
            .email(me.str("email"))
            .avatar_url(me.str("picture"))
            .text("urn", "urn:li:person:" + me.str("sub"))
            .json_field("email_verified", me["email_verified"].raw())
            .json_field("locale", me["locale"].raw())
            .raw(reply.body());
    }

    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        auto reply = co_await tenon::revocation_request(revoke_url, in.access_token);
        co_return tenon::oauth_revoked(reply);
    }
};

}  // namespace

TENON_PLUGIN(linkedin);
