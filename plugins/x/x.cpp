// X, once Twitter: OAuth 2.0 with PKCE.
#include <tenon/sdk.hpp>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view token_url = "https://api.x.com/2/oauth2/token";
constexpr std::string_view revoke_url = "https://api.x.com/2/oauth2/revoke";
constexpr std::string_view limit_reset = "x-rate-limit-reset";
constexpr std::string_view user_fields =
    "confirmed_email,created_at,description,profile_image_url,public_metrics,verified";

// A code or a refresh token that is no good is called invalid_request, as a broken request is.
auto token_failure(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, what);
    const std::string told = reply.json().str("error_description");
    if (why.code == "invalid_request" && told.find("Value passed for the") != std::string::npos) {
        why.category = what == asked::refresh ? category::revoked : category::invalid_code;
    }
    tenon::heed_reset(why, reply, {limit_reset});
    return why;
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    if (!reply.ok()) {
        throw tenon::failed(token_failure(reply, what));
    }
    return tenon::oauth_tokens(reply, what);
}

// RFC 9457's {"title", "detail", "type", "status"}, or a list of such: 429 says when it ends.
auto api_failure(const tenon::response& reply) -> tenon::failure {
    if (!reply.answered()) {
        return tenon::transport_failure(reply);
    }
    const tenon::json body = reply.json();
    const tenon::json problem = body["errors"][0].is_object() ? body["errors"][0] : body;
    const std::string title = problem.str("title");
    const std::string detail = problem.str("detail");
    tenon::failure why = tenon::failure_of(
        reply, tenon::category_of(reply.status(), asked::api),
        "X answered with status " + std::to_string(reply.status()) + " " + tenon::quotable(title) +
            ": " + tenon::quotable(detail)
    );
    if (problem.str("type").find("usage-capped") != std::string::npos) {
        why.category = category::rate_limited;
    }
    tenon::heed_reset(why, reply, {limit_reset});
    return why;
}

class x final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "x",
            .display_name = "X",
            .category = "social",
            .vendor = "X Corp.",
            .version = "1.0.0",
            .docs_url =
                "https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/"
                "authorization-code",
            .pkce = tenon::pkce::required,
            .client_auth = tenon::client_auth::basic,
            .refresh = tenon::refresh_policy{.rotates = true, .default_lifetime_s = 7200},
            .origins =
                {{"https://x.com", tenon::role::authorize},
                 {"https://api.x.com",
                  tenon::role::token | tenon::role::revoke | tenon::role::api}},
            .scopes =
                {{"tweet.read", "See the posts that you can see", true},
                 {"users.read", "See your profile and those that you can see", true},
                 {"offline.access", "Stay connected", true},
                 {"users.email", "See your e-mail address", false},
                 {"tweet.write", "Post for you", false},
                 {"media.write", "Upload pictures and videos", false},
                 {"follows.read", "See whom you follow and who follows you", false},
                 {"like.read", "See what you like", false},
                 {"dm.read", "Read your direct messages", false},
                 {"dm.write", "Send direct messages for you", false}},
            .config_fields =
                {{.name = "app_type",
                  .label = "Kind of app, as registered",
                  .type = tenon::field_type::choice,
                  .default_value = "confidential",
                  .choices = {"confidential", "public"}}},
        };
    }

    auto describe(const tenon::values& config) const -> tenon::description override {
        tenon::description what = about();
        if (config.text("app_type") == "public") {
            what.client_auth = tenon::client_auth::none;
        }
        return what;
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        // What the profile takes, and a refresh token.
        in.scope = tenon::with_scopes(in.scope, {"tweet.read", "users.read", "offline.access"});
        co_return tenon::authorization("https://x.com/i/oauth2/authorize", in);
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::code_request(token_url, in);
        co_return granted(reply, asked::exchange);
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::refresh_request(token_url, in);
        co_return granted(reply, asked::refresh);
    }

    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
        auto reply = co_await tenon::get("https://api.x.com/2/users/me")
                         .query("user.fields", user_fields)
                         .bearer();
        const tenon::json me = reply.json()["data"];
        if (!reply.ok() || !me.is_object()) {
            co_return api_failure(reply);
        }
        const tenon::json metrics = me["public_metrics"];
        co_return tenon::profile()
            .account_id(me.id("id"))
            .username(me.str("username"))
            .display_name(me.str("name"))
            .email(me.str("confirmed_email"))
            .avatar_url(me.str("profile_image_url"))
            .followers(metrics.num("followers_count"))
            .number("following_count", metrics.num("following_count"))
            .number("tweet_count", metrics.num("tweet_count"))
            .json_field("verified", me["verified"].raw())
            .raw(reply.body());
    }

    // Each for itself: the one does not end the other.
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        if (!in.refresh_token.empty()) {
            auto first =
                co_await tenon::revocation_request(revoke_url, in.refresh_token, "refresh_token");
            tenon::oauth_revoked(first);
        }
        auto last = co_await tenon::revocation_request(revoke_url, in.access_token, "access_token");
        co_return tenon::oauth_revoked(last);
    }
};

}  // namespace

TENON_PLUGIN(x);
