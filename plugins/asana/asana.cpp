// Asana.
#include <tenon/sdk.hpp>

namespace {

using tenon::asked;

constexpr std::string_view token_url = "https://app.asana.com/-/oauth_token";

// The answer tells whose the tokens are.
auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    tenon::tokens found = tenon::oauth_tokens(reply, what);
    const tenon::json person = reply.json()["data"];
    const std::string gid = person.id("gid");
    return found.account_id(gid.empty() ? person.id("id") : gid);
}

class asana final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "asana",
            .display_name = "Asana",
            .category = "productivity",
            .vendor = "Asana",
            .version = "1.0.0",
            .docs_url = "https://developers.asana.com/docs/oauth",
            .pkce = tenon::pkce::supported,
            .client_auth = tenon::client_auth::post,
            .refresh = tenon::refresh_policy{.default_lifetime_s = 3600},
            .origins =
                {{"https://app.asana.com", tenon::role::authorize | tenon::role::token |
                                               tenon::role::revoke | tenon::role::api}},
            .scopes =
                {{"default", "Everything that you can do; of apps with full permissions", true},
                 {"users:read", "See people, and who you are", false},
                 {"workspaces:read", "See your workspaces", false},
                 {"projects:read", "See projects", false},
                 {"tasks:read", "See tasks", false},
                 {"tasks:write", "Create and change tasks", false},
                 {"webhooks:write", "Be told of changes", false}},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        co_return tenon::authorization("https://app.asana.com/-/oauth_authorize", in);
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::code_request(token_url, in);
        co_return granted(reply, asked::exchange);
    }

    // The answer has no refresh token: the old one stays.
    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::refresh_request(token_url, in);
        co_return granted(reply, asked::refresh);
    }

    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
        auto reply = co_await tenon::get("https://app.asana.com/api/1.0/users/me").bearer();
        if (!reply.ok()) {
            co_return tenon::oauth_failure(reply, asked::api);
        }
        const tenon::json me = reply.object()["data"];
        co_return tenon::profile()
            .account_id(me.id("gid"))
            .username(me.str("email"))
            .display_name(me.str("name"))
            .email(me.str("email"))
            .avatar_url(me["photo"].str("image_128x128"))
            .json_field("workspaces", me["workspaces"].raw())
            .raw(reply.body());
    }

    // Only the refresh token can be revoked, and ends all.
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        if (in.refresh_token.empty()) {
            co_return tenon::failure(
                tenon::category::unsupported, "without a refresh token there is nothing to revoke"
            );
        }
        auto reply = co_await tenon::revocation_request(
            "https://app.asana.com/-/oauth_revoke", in.refresh_token
        );
        co_return tenon::oauth_revoked(reply);
    }
};

}  // namespace

TENON_PLUGIN(asana);
