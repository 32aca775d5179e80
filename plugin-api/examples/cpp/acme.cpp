// Acme: a plain OAuth2 provider. What is not here, the RFCs' part, is in <tenon/sdk/oauth.hpp>.
#include <tenon/sdk.hpp>

namespace {

class acme final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "acme",
            .display_name = "Acme",
            .category = "crm",
            .vendor = "Acme Inc.",
            .version = "0.1.0",
            .pkce = tenon::pkce::required,
            .client_auth = tenon::client_auth::post,
            .refresh = tenon::refresh_policy{.rotates = true},
            .origins =
                {{"https://acme.example", tenon::role::authorize | tenon::role::token},
                 {"https://api.acme.example", tenon::role::api}},
            .scopes = {{"contacts.read", "Read your contacts", true}},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        co_return tenon::authorization("https://acme.example/authorize", in);
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::code_request("https://acme.example/token", in);
        co_return tenon::oauth_tokens(reply, tenon::asked::exchange);
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::refresh_request("https://acme.example/token", in);
        co_return tenon::oauth_tokens(reply, tenon::asked::refresh);
    }

    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
        auto reply = co_await tenon::get("https://api.acme.example/me").bearer();
        if (!reply.ok()) {
            co_return tenon::oauth_failure(reply, tenon::asked::api);
        }
        const tenon::json me = reply.object();
        co_return tenon::profile{}
            .account_id(me.id("id"))
            .username(me.str("login"))
            .raw(reply.body());
    }
};

}  // namespace

TENON_PLUGIN(acme);
