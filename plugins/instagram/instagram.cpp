// Instagram API with Instagram Login: professional accounts, without a Facebook page.
#include <tenon/sdk.hpp>
#include <tenon/sdk/graph.hpp>

#include <array>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view token_url = "https://api.instagram.com/oauth/access_token";
constexpr std::string_view long_lived_url = "https://graph.instagram.com/access_token";
constexpr std::string_view refresh_url = "https://graph.instagram.com/refresh_access_token";
constexpr std::string_view me_url = "https://graph.instagram.com/{version}/me";
constexpr std::string_view me_fields =
    "user_id,username,name,account_type,profile_picture_url,followers_count,follows_count,media_"
    "count";
constexpr std::string_view default_version = "v26.0";
constexpr std::uint32_t day_s = 24 * 3600;

auto scopes() -> std::vector<tenon::scope> {
    return {
        {"instagram_business_basic", "See your profile and your posts", true},
        {"instagram_business_manage_insights", "See how your posts and your account do", false},
        {"instagram_business_content_publish", "Publish posts", false},
        {"instagram_business_manage_comments", "Read, write and hide comments", false},
        {"instagram_business_manage_messages", "Read and answer messages", false},
    };
}

auto config_fields() -> std::vector<tenon::field> {
    return {
        {.name = "api_version",
         .label = "Graph API version",
         .pattern = "v[0-9]+\\.[0-9]+",
         .default_value = std::string(default_version)},
        {.name = "force_authentication",
         .label = "Ask for Instagram's password each time",
         .type = tenon::field_type::choice,
         .choices = {"0", "1"}},
        {.name = "enable_fb_login",
         .label = "Offer to continue with Facebook",
         .type = tenon::field_type::choice,
         .choices = {"0", "1"}},
    };
}

// Instagram's answers wrap the one object in `data`, or don't: its documents and its servers
// differ.
auto unwrapped(const tenon::json& body) -> tenon::json {
    const tenon::json inner = body["data"][0];
    return inner.is_object() ? inner : body;
}

// api.instagram.com: {"error_type", "code", "error_message"}. One type serves all causes, so that
// the text decides.
auto code_category(const tenon::response& reply, const std::string& message) -> category {
    const category by_status = tenon::category_of(reply.status(), asked::exchange);
    if (by_status == category::rate_limited || by_status == category::unavailable) {
        return by_status;
    }
    constexpr std::array<std::string_view, 4> operators_fault = {
        "client", "platform app", "redirect_uri", "grant_type"};
    for (const std::string_view word : operators_fault) {
        if (message.find(word) != std::string::npos) {
            return category::misconfigured;
        }
    }
    return category::invalid_code;
}

auto failure_in(const tenon::response& reply, asked what) -> tenon::failure {
    const tenon::json body = reply.json();
    if (!reply.answered() || body["error"].exists() || !body["error_type"].is_string()) {
        return tenon::graph_failure(reply, what, "Instagram");
    }
    const std::string message = body.str("error_message");
    return tenon::failure_of(
        reply, code_category(reply, message), "Instagram answered: " + tenon::quotable(message),
        body.str("error_type")
    );
}

// The object in a good answer.
auto content(const tenon::response& reply, asked what) -> tenon::json {
    if (tenon::is_refusal(reply) || reply.json()["error_type"].exists()) {
        throw tenon::failed(failure_in(reply, what));
    }
    return unwrapped(reply.object());
}

// A long-lived token, which lives for 60 days and can renew itself once it is a day old.
auto long_lived(const tenon::response& reply, asked what) -> tenon::tokens {
    tenon::tokens found = tenon::tokens_in(content(reply, what), reply);
    found.refresh_not_before_ms(reply.sent_at_ms() + std::int64_t{day_s} * 1000);
    return found;
}

class instagram final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "instagram",
            .display_name = "Instagram",
            .category = "social",
            .vendor = "Meta",
            .version = "1.0.0",
            .docs_url =
                "https://developers.facebook.com/docs/instagram-platform/"
                "instagram-api-with-instagram-login/business-login",
            .pkce = tenon::pkce::never,
            .client_auth = tenon::client_auth::post,
            .scope_separator = ",",
            .refresh =
                tenon::refresh_policy{
                    .by_access_token = true,
                    .not_before_s = day_s,
                    .default_lifetime_s = 60 * day_s},
            .origins =
                {{"https://www.instagram.com", tenon::role::authorize},
                 {"https://api.instagram.com", tenon::role::token},
                 {"https://graph.instagram.com", tenon::role::token | tenon::role::api}},
            .scopes = scopes(),
            .config_fields = config_fields(),
            .quirks = {"scope-separator", "token-in-query", "non-rfc-error"},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        // Without it Instagram neither renews the token nor tells whose it is.
        in.scope = tenon::with_scopes(in.scope, {"instagram_business_basic"});
        auto built = tenon::authorization("https://www.instagram.com/oauth/authorize", in, ",");
        for (const std::string_view name : {"enable_fb_login", "force_authentication"}) {
            if (in.config.has(name)) {
                built.query(name, in.config.text(name));
            }
        }
        co_return built;
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        if (in.code.ends_with("#_")) {
            in.code.resize(in.code.size() - 2);
        }
        auto first = co_await tenon::code_request(token_url, in);
        const tenon::json granted = content(first, asked::exchange);
        const std::string short_lived = granted.str("access_token");
        const std::string account = granted.id("user_id");
        if (!tenon::is_token(short_lived)) {
            co_return no_token(first);
        }

        auto second = co_await tenon::get(long_lived_url)
                          .query("grant_type", "ig_exchange_token")
                          .query("client_secret", tenon::client_secret())
                          .query("access_token", tenon::credential(short_lived))
                          .grant_reply();
        tenon::tokens found = long_lived(second, asked::exchange);
        found.account_id(account).scope(tenon::scopes_in(granted["permissions"]));
        found.metadata(tenon::json_object().text("ig_business_id", account).str());
        co_return found;
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::get(refresh_url)
                         .query("grant_type", "ig_refresh_token")
                         .query("access_token", in.access_token)
                         .grant_reply();
        tenon::tokens found = long_lived(reply, asked::refresh);
        found.scope(tenon::scopes_in(unwrapped(reply.object())["permissions"]));
        co_return found;
    }

    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override {
        const std::string version = in.config.text("api_version");
        auto reply = co_await tenon::get(me_url)
                         .path("version", version.empty() ? default_version : version)
                         .query("fields", me_fields)
                         .bearer();
        const tenon::json me = content(reply, asked::api);
        const std::string business_id = me.id("user_id");
        co_return tenon::profile()
            .account_id(business_id.empty() ? me.id("id") : business_id)
            .username(me.str("username"))
            .display_name(me.str("name"))
            .avatar_url(me.str("profile_picture_url"))
            .followers(me.num("followers_count"))
            .text("ig_business_id", business_id)
            .text("account_type", me.str("account_type"))
            .number("follows_count", me.num("follows_count"))
            .number("media_count", me.num("media_count"))
            .raw(reply.body());
    }

  private:
    static auto no_token(const tenon::response& reply) -> tenon::failure {
        return tenon::failure_of(
            reply, category::provider, "Instagram's answer has no usable access_token"
        );
    }
};

}  // namespace

TENON_PLUGIN(instagram);
