// A provider whose refresh tokens are used once, and whose refresh asks for something more when the
// tokens have come.
#include <tenon/sdk.hpp>

namespace {

class stepwise final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "stepwise",
            .display_name = "Stepwise",
            .version = "1",
            .auth_kinds = TENON_AUTH_API_KEY,
            .refresh = tenon::refresh_policy{.rotates = true, .default_lifetime_s = 3600},
            .origins =
                {{"https://steps.example.test", tenon::role::token},
                 {"https://api.steps.example.test", tenon::role::api}},
            .credential_fields = {{.name = "key", .required = true, .secret = true}},
        };
    }

    auto validate(tenon::validate_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::post("https://steps.example.test/token")
                         .header("Authorization", in.credential("key"));
        co_return tenon::oauth_tokens(reply, tenon::asked::exchange).account_id("7");
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::refresh_request("https://steps.example.test/token", in);
        auto found = tenon::oauth_tokens(reply, tenon::asked::refresh);
        const std::string bearer = "Bearer " + reply.object().str("access_token");
        auto rights = co_await tenon::get("https://api.steps.example.test/rights")
                          .header("Authorization", tenon::credential(bearer));
        if (!rights.ok()) {
            co_return tenon::oauth_failure(rights, tenon::asked::api);
        }
        co_return found.scope(rights.body());
    }
};

}  // namespace

TENON_PLUGIN(stepwise);
