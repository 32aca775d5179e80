// A provider that people connect by a user name and a password, which are good for a session: what
// is stored gets the next one.
#include <tenon/sdk.hpp>

namespace {

class keyed final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "keyed",
            .display_name = "Keyed",
            .version = "1",
            .auth_kinds = TENON_AUTH_API_KEY,
            .refresh = tenon::refresh_policy{.by_credentials = true, .default_lifetime_s = 3600},
            .origins =
                {{"https://keys.example.test", tenon::role::token},
                 {"https://api.keys.example.test", tenon::role::api},
                 {"https://browser.keys.example.test", tenon::role::authorize}},
            .credential_fields =
                {{.name = "user", .required = true},
                 {.name = "password", .required = true, .secret = true},
                 {.name = "pin", .secret = true}},
        };
    }

    auto validate(tenon::validate_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await session(in);
        if (reply.status() == 401) {
            co_return tenon::failure(tenon::category::token_rejected, std::string(reply.body()));
        }
        if (reply.status() == 418) {
            auto leak = co_await tenon::get("https://browser.keys.example.test/")
                            .query("password", in.credential("password"));
            co_return tenon::transport_failure(leak);
        }
        if (reply.body() == "as it is") {
            co_return tenon::tokens{}
                .account_id("7")
                .access_token(in.credential("password"))
                .token_type("Key");
        }
        co_return tenon::tokens{}.account_id("7").access_token(reply.body());
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await session(in);
        if (reply.status() == 401) {
            co_return tenon::failure(tenon::category::revoked, "the password is no longer taken");
        }
        co_return tenon::tokens{}.access_token(reply.body());
    }

    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override {
        auto reply = co_await tenon::get("https://api.keys.example.test/me")
                         .bearer()
                         .header("X-User", in.credential("user"));
        co_return tenon::profile{}.account_id(reply.body());
    }

    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        auto reply = co_await tenon::del("https://api.keys.example.test/{id}")
                         .path("id", in.account_id)
                         .header("X-Pin", in.credential("pin"));
        co_return tenon::revoked();
    }

  private:
    static auto session(const tenon::operation_input& in) -> tenon::request {
        tenon::request built = tenon::post("https://keys.example.test/session");
        built.header(
            "Authorization", tenon::basic(in.credential("user"), in.credential("password"))
        );
        return built.form("pin", in.credential("pin").empty() ? "none" : "given");
    }
};

}  // namespace

TENON_PLUGIN(keyed);
