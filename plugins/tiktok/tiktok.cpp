// TikTok Login Kit v2.
#include <tenon/sdk.hpp>

#include <array>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view token_url = "https://open.tiktokapis.com/v2/oauth/token/";
constexpr std::string_view revoke_url = "https://open.tiktokapis.com/v2/oauth/revoke/";
constexpr std::string_view user_info_url = "https://open.tiktokapis.com/v2/user/info/";
constexpr std::string_view basic_fields = "open_id,union_id,avatar_url,display_name";
constexpr std::string_view profile_fields =
    "username,bio_description,profile_deep_link,is_verified";
constexpr std::string_view stats_fields = "follower_count,following_count,likes_count,video_count";
constexpr std::uint32_t hour_s = 3600;

auto scopes() -> std::vector<tenon::scope> {
    return {
        {"user.info.basic", "See your name and your picture", true},
        {"user.info.profile", "See your user name, your bio and whether you are verified", false},
        {"user.info.stats", "See your numbers of followers, likes and videos", false},
        {"video.list", "See your public videos", false},
        {"video.upload", "Upload drafts", false},
        {"video.publish", "Publish videos", false},
    };
}

auto config_fields() -> std::vector<tenon::field> {
    return {
        {.name = "app_type",
         .label = "Kind of app",
         .description = "As registered at TikTok: it decides about PKCE",
         .type = tenon::field_type::choice,
         .default_value = "web",
         .choices = {"web", "desktop", "mobile"}},
        {.name = "disable_auto_auth",
         .label = "Ask for consent each time",
         .type = tenon::field_type::choice,
         .choices = {"0", "1"}},
    };
}

auto origins() -> std::vector<tenon::origin> {
    const std::uint32_t server = tenon::role::token | tenon::role::revoke | tenon::role::api;
    return {
        {"https://www.tiktok.com", tenon::role::authorize},
        {"https://open.tiktokapis.com", server}};
}

// The API's error codes; the token endpoint's are RFC 6749's.
auto api_category(std::string_view code, std::uint32_t status, asked what) -> category {
    if (code == "access_token_invalid") {
        return category::token_rejected;
    }
    if (code == "scope_not_authorized" || code == "scope_permission_missed") {
        return category::scope;
    }
    if (code == "rate_limit_exceeded") {
        return category::rate_limited;
    }
    if (code == "internal_error") {
        return category::unavailable;
    }
    if (code == "invalid_params") {
        return category::provider;
    }
    return tenon::category_of(status, what);
}

// Errors come as {"error": "…"} or as {"error": {"code": "…"}}, and under status 200 too.
auto failure_in(const tenon::response& reply, asked what) -> tenon::failure {
    if (!reply.answered()) {
        return tenon::transport_failure(reply);
    }
    const tenon::json inner = reply.json()["error"];
    if (!inner.is_object()) {
        return tenon::oauth_failure(reply, what);
    }
    const std::string code = inner.id("code");
    return tenon::failure_of(
        reply, api_category(code, reply.status(), what),
        "TikTok answered " + tenon::quotable_code(code) + ": " +
            tenon::quotable(inner.str("message")),
        code
    );
}

auto is_refused(const tenon::response& reply) -> bool {
    const tenon::json inner = reply.json()["error"];
    const bool nothing_wrong = !inner.exists() || inner.is_null() || inner.str("code") == "ok";
    return !reply.ok() || !nothing_wrong;
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    if (is_refused(reply)) {
        throw tenon::failed(failure_in(reply, what));
    }
    const tenon::json body = reply.object();
    const std::string open_id = body.str("open_id");
    tenon::tokens found = tenon::tokens_in(body, reply);
    found.account_id(open_id)
        .scope(tenon::spaced(body.str("scope")))
        .refresh_expires_in(body.num("refresh_expires_in"), reply.sent_at_ms())
        .metadata(tenon::json_object().text("open_id", open_id).str());
    return found;
}

// A field whose scope is missing is refused, and everything with it.
auto allowed_fields(std::string_view scope) -> std::string {
    std::string fields(basic_fields);
    if (tenon::lists(scope, "user.info.profile")) {
        fields.append(",").append(profile_fields);
    }
    if (tenon::lists(scope, "user.info.stats")) {
        fields.append(",").append(stats_fields);
    }
    return fields;
}

auto user_info(std::string_view fields) -> tenon::request {
    tenon::request built = tenon::get(user_info_url);
    return built.query("fields", fields).bearer();
}

auto profile_in(const tenon::response& reply) -> tenon::profile {
    if (is_refused(reply)) {
        throw tenon::failed(failure_in(reply, asked::api));
    }
    const tenon::json user = reply.object()["data"]["user"];
    tenon::profile found;
    found.account_id(user.str("open_id"))
        .username(user.str("username"))
        .display_name(user.str("display_name"))
        .avatar_url(user.str("avatar_url"))
        .followers(user.num("follower_count"));
    for (const std::string_view key :
         {"open_id", "union_id", "bio_description", "profile_deep_link"}) {
        found.text(key, user.str(key));
    }
    for (const std::string_view key : {"following_count", "likes_count", "video_count"}) {
        found.number(key, user.num(key));
    }
    return found.json_field("is_verified", user["is_verified"].raw()).raw(reply.body());
}

class tiktok final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "tiktok",
            .display_name = "TikTok",
            .category = "social",
            .vendor = "TikTok",
            .version = "1.0.0",
            .docs_url = "https://developers.tiktok.com/doc/login-kit-manage-user-access-tokens",
            .pkce = tenon::pkce::never,
            .client_auth = tenon::client_auth::post,
            .client_id_param = "client_key",
            .scope_separator = ",",
            // Lifetimes come with each answer; these are the documented ones.
            .refresh =
                tenon::refresh_policy{
                    .rotates = true,
                    .default_lifetime_s = 2 * hour_s,
                    .default_refresh_lifetime_s = 180 * 24 * hour_s},
            .origins = origins(),
            .scopes = scopes(),
            .config_fields = config_fields(),
            .quirks = {"client-id-param", "scope-separator", "error-in-200", "pkce-hex"},
        };
    }

    // Web apps take no PKCE, mobile apps the usual challenge, desktop apps one in hexadecimal.
    auto describe(const tenon::values& config) const -> tenon::description override {
        tenon::description what = about();
        const std::string app_type = config.text("app_type");
        if (app_type == "desktop" || app_type == "mobile") {
            what.pkce = tenon::pkce::required;
            if (app_type == "desktop") {
                what.pkce_encoding = tenon::pkce_encoding::hex;
            }
        } else if (!app_type.empty() && app_type != "web") {
            tenon::failure why(category::misconfigured, "the configuration of tiktok is wrong");
            throw tenon::failed(why.field("app_type", "is one of web, desktop and mobile"));
        }
        return what;
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        auto built = tenon::authorization(
            "https://www.tiktok.com/v2/auth/authorize/", in, ",", "client_key"
        );
        if (in.config.has("disable_auto_auth")) {
            built.query("disable_auto_auth", in.config.text("disable_auto_auth"));
        }
        co_return built;
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply =
            co_await tenon::code_request(token_url, in).header("Cache-Control", "no-cache");
        tenon::tokens found = granted(reply, asked::exchange);
        // The callback tells what was granted, too, and the answer may not.
        if (reply.json().str("scope").empty()) {
            found.scope(tenon::spaced(in.callback("scopes")));
        }
        co_return found;
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply =
            co_await tenon::refresh_request(token_url, in).header("Cache-Control", "no-cache");
        co_return granted(reply, asked::refresh);
    }

    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override {
        constexpr std::string_view every_scope = "user.info.profile user.info.stats";
        auto reply = co_await user_info(allowed_fields(in.scope.empty() ? every_scope : in.scope));
        const std::string refused = reply.json()["error"].str("code");
        const bool too_much =
            refused == "scope_not_authorized" || refused == "scope_permission_missed";
        if (too_much && in.scope.empty()) {
            auto basic = co_await user_info(basic_fields);
            co_return profile_in(basic);
        }
        co_return profile_in(reply);
    }

    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        auto reply = co_await tenon::post(revoke_url).form("token", in.access_token).client_auth();
        if (is_refused(reply)) {
            co_return failure_in(reply, asked::revoke);
        }
        co_return tenon::revoked();
    }
};

}  // namespace

TENON_PLUGIN(tiktok);
