// Reddit.
#include <tenon/sdk.hpp>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view token_url = "https://www.reddit.com/api/v1/access_token";
constexpr std::string_view revoke_url = "https://www.reddit.com/api/v1/revoke_token";

// Who does not say in this form who is asking is throttled, or turned away.
auto named(tenon::request built, const tenon::operation_input& in) -> tenon::request {
    const std::string agent = "web:${client_id}:1.0 (by /u/" + in.config.text("reddit_user") + ")";
    return built.header("User-Agent", tenon::value{agent, TENON_KV_TEMPLATE});
}

// {"error": "invalid_grant"} under 200, or {"message": "Bad Request", "error": 400}. How long to
// wait is in a header of its own, in seconds with a fraction.
auto failure_in(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, what);
    const bool broken = why.code == "invalid_request" || why.code == "400";
    if (what == asked::refresh && broken) {
        why.category = category::revoked;
    }
    tenon::heed_reset(why, reply, {"x-ratelimit-reset"});
    return why;
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    if (tenon::is_refusal(reply)) {
        throw tenon::failed(failure_in(reply, what));
    }
    tenon::tokens found = tenon::oauth_tokens(reply, what);
    return found.scope(tenon::spaced(reply.json().str("scope")));
}

class reddit final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "reddit",
            .display_name = "Reddit",
            .category = "social",
            .vendor = "Reddit",
            .version = "1.0.0",
            .docs_url = "https://github.com/reddit-archive/reddit/wiki/OAuth2",
            .pkce = tenon::pkce::never,
            .client_auth = tenon::client_auth::basic,
            .refresh = tenon::refresh_policy{.default_lifetime_s = 24 * 3600},
            .origins =
                {{"https://www.reddit.com",
                  tenon::role::authorize | tenon::role::token | tenon::role::revoke},
                 {"https://oauth.reddit.com", tenon::role::api}},
            .scopes =
                {{"identity", "Know which account it is", true},
                 {"history", "See what you posted, voted on and saved", false},
                 {"read", "See what you can see", false},
                 {"mysubreddits", "See the communities that you are in", false},
                 {"submit", "Post and comment for you", false},
                 {"edit", "Change your posts and comments", false},
                 {"vote", "Vote for you", false},
                 {"privatemessages", "Read and send private messages", false}},
            .config_fields =
                {{.name = "reddit_user",
                  .label = "Who runs the app: a Reddit user name",
                  .description = "Reddit wants it in the User-Agent of each request",
                  .required = true,
                  .pattern = "[A-Za-z0-9_-]{3,20}"}},
            .quirks = {"error-in-200", "invalid-request-dead", "non-rfc-error"},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        in.scope = tenon::with_scopes(in.scope, {"identity"});
        auto built = tenon::authorization("https://www.reddit.com/api/v1/authorize", in);
        co_return built.query("duration", "permanent");
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await named(tenon::code_request(token_url, in), in);
        co_return granted(reply, asked::exchange);
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await named(tenon::refresh_request(token_url, in), in);
        co_return granted(reply, asked::refresh);
    }

    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override {
        auto built = tenon::get("https://oauth.reddit.com/api/v1/me");
        auto reply = co_await named(built.query("raw_json", "1").bearer(), in);
        if (!reply.ok()) {
            co_return failure_in(reply, asked::api);
        }
        const tenon::json me = reply.object();
        co_return tenon::profile()
            .account_id(me.id("id"))
            .username(me.str("name"))
            .display_name(me["subreddit"].str("title"))
            .avatar_url(me.str("icon_img"))
            .followers(me["subreddit"].num("subscribers"))
            .number("total_karma", me.num("total_karma"))
            .number("link_karma", me.num("link_karma"))
            .number("comment_karma", me.num("comment_karma"))
            .json_field("has_verified_email", me["has_verified_email"].raw())
            .raw(reply.body());
    }

    // With a refresh token its access tokens end, too. The answer is empty.
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        const bool refreshable = !in.refresh_token.empty();
        const auto built = tenon::revocation_request(
            revoke_url, refreshable ? in.refresh_token : in.access_token,
            refreshable ? "refresh_token" : "access_token"
        );
        auto reply = co_await named(built, in);
        if (!reply.ok()) {
            co_return failure_in(reply, asked::revoke);
        }
        co_return tenon::revoked();
    }
};

}  // namespace

TENON_PLUGIN(reddit);
