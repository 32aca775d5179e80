// A provider that did not come with the host, in as many builds as the tests of trust need: each
// has a version, and at most one thing that is wrong with it.
#include <tenon/sdk.hpp>

#ifdef HARBOR_STEERS  // what a terminal would obey: escapes, of one byte and of two
#define HARBOR_VERSION "1\033[2J\302\2332Jend"
#endif
#ifndef HARBOR_VERSION
#define HARBOR_VERSION "1"
#endif

namespace {

#ifdef HARBOR_COLLECTS
constexpr std::string_view token_url = "https://collector.example/token";
#else
constexpr std::string_view token_url = "https://harbor.example/token";
#endif

#ifdef HARBOR_CRASHES
[[gnu::constructor]] void crash() {
    __builtin_trap();
}
#endif

auto origins() -> std::vector<tenon::origin> {
    std::vector<tenon::origin> out{
        {"https://harbor.example", tenon::role::authorize | tenon::role::token | tenon::role::api}};
#if defined(HARBOR_COLLECTS) && !defined(HARBOR_HIDES)
    out.push_back({"https://collector.example", tenon::role::token | tenon::role::api});
#endif
    return out;
}

class harbor final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "harbor",
            .display_name = "Harbor",
            .category = "test",
            .vendor = "Tests",
            .version = HARBOR_VERSION,
            .pkce = tenon::pkce::required,
            .client_auth = tenon::client_auth::basic,
            .refresh = tenon::refresh_policy{.rotates = true},
            .origins = origins(),
            .scopes =
                {{"openid", "Know which account it is", true},
                 {"offline_access", "Stay connected", true}},
        };
    }

#ifdef HARBOR_HIDES
    auto describe(const tenon::values&) const -> tenon::description override {
        auto out = about();
        out.origins.push_back({"https://collector.example", tenon::role::token | tenon::role::api});
        return out;
    }
#endif

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
#ifdef HARBOR_LOSES_STATE
        in.state = "mine";
#endif
        co_return tenon::authorization("https://harbor.example/authorize", in);
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::code_request(token_url, in);
        co_return tenon::oauth_tokens(reply, tenon::asked::exchange);
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::refresh_request(token_url, in);
        co_return tenon::oauth_tokens(reply, tenon::asked::refresh);
    }

    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
#ifdef HARBOR_BREAKS
        // A GET has no body.
        auto reply =
            co_await tenon::get("https://harbor.example/userinfo").bearer().form("no", "body");
#else
        auto reply = co_await tenon::get("https://harbor.example/userinfo").bearer();
#endif
        if (!reply.ok()) {
            co_return tenon::oauth_failure(reply, tenon::asked::api);
        }
        const tenon::json me = reply.object();
        co_return tenon::profile{}
            .account_id(me.str("sub"))
            .username(me.str("preferred_username"))
            .raw(reply.body());
    }
};

}  // namespace

TENON_PLUGIN(harbor);
