// Linear.
#include <tenon/sdk.hpp>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view token_url = "https://api.linear.app/oauth/token";
constexpr std::string_view viewer_query =
    "query{viewer{id name displayName email avatarUrl organization{id name urlKey}}}";

// There is a limit of requests and one of what they cost: the one that is used up says when it
// ends.
void heed_limits(tenon::failure& why, const tenon::response& reply) {
    const bool of_requests = reply.header("x-ratelimit-requests-remaining") == "0";
    tenon::heed_reset(
        why, reply, {of_requests ? "x-ratelimit-requests-reset" : "x-ratelimit-complexity-reset"}
    );
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    if (tenon::is_refusal(reply)) {
        tenon::failure why = tenon::oauth_failure(reply, what);
        heed_limits(why, reply);
        throw tenon::failed(std::move(why));
    }
    tenon::tokens found = tenon::oauth_tokens(reply, what);
    return found.scope(tenon::scopes_in(reply.json()["scope"]));
}

// GraphQL: a list of errors under 200, 400 or 401, and 400 also where it is asked too often.
auto api_failure(const tenon::response& reply) -> tenon::failure {
    const tenon::json first = reply.json()["errors"][0];
    if (!first.is_object()) {
        return reply.ok() ? tenon::failure_of(reply, category::provider, "Linear names no viewer")
                          : tenon::oauth_failure(reply, asked::api);
    }
    const std::string code = first["extensions"].str("code");
    category found = tenon::category_of(reply.status(), asked::api);
    if (code == "RATELIMITED") {
        found = category::rate_limited;
    } else if (code == "AUTHENTICATION_ERROR") {
        found = category::token_rejected;
    } else if (code == "FORBIDDEN") {
        found = category::scope;
    }
    tenon::failure why = tenon::failure_of(
        reply, found, "Linear answered: " + tenon::quotable(first.str("message")), code
    );
    heed_limits(why, reply);
    return why;
}

class linear final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "linear",
            .display_name = "Linear",
            .category = "productivity",
            .vendor = "Linear",
            .version = "1.0.0",
            .docs_url = "https://linear.app/developers/oauth-2-0-authentication",
            .pkce = tenon::pkce::supported,
            .client_auth = tenon::client_auth::post,
            .scope_separator = ",",
            .refresh =
                tenon::refresh_policy{
                    .rotates = true, .reuse_grace_s = 1800, .default_lifetime_s = 24 * 3600},
            .origins =
                {{"https://linear.app", tenon::role::authorize},
                 {"https://api.linear.app",
                  tenon::role::token | tenon::role::revoke | tenon::role::api}},
            .scopes =
                {{"read", "See what you can see", true},
                 {"write", "Create and change what you can", false},
                 {"issues:create", "Create issues", false},
                 {"comments:create", "Comment on issues", false},
                 {"app:assignable", "Be assigned issues, as an app", false},
                 {"app:mentionable", "Be mentioned, as an app", false},
                 {"admin", "Manage the workspace", false}},
            .config_fields =
                {{.name = "actor",
                  .label = "Who acts: the person, or the app",
                  .type = tenon::field_type::choice,
                  .choices = {"user", "app"}}},
            .quirks = {"scope-separator"},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        auto built = tenon::authorization("https://linear.app/oauth/authorize", in, ",");
        built.query("prompt", "consent");
        if (in.config.has("actor")) {
            built.query("actor", in.config.text("actor"));
        }
        co_return built;
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
        auto reply = co_await tenon::post("https://api.linear.app/graphql")
                         .json("query", viewer_query)
                         .bearer();
        const tenon::json viewer = reply.json()["data"]["viewer"];
        if (!reply.ok() || !viewer.is_object()) {
            co_return api_failure(reply);
        }
        co_return tenon::profile()
            .account_id(viewer.str("id"))
            .username(viewer.str("displayName"))
            .display_name(viewer.str("name"))
            .email(viewer.str("email"))
            .avatar_url(viewer.str("avatarUrl"))
            .json_field("organization", viewer["organization"].raw())
            .raw(reply.body());
    }

    // By the access token itself, which ends the grant.
    auto revoke(tenon::revoke_input) const -> tenon::op<tenon::revoked> override {
        auto reply = co_await tenon::post("https://api.linear.app/oauth/revoke").bearer();
        co_return tenon::oauth_revoked(reply);
    }
};

}  // namespace

TENON_PLUGIN(linear);
