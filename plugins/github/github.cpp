// GitHub: OAuth apps and GitHub Apps that act for a person.
#include <tenon/sdk.hpp>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view token_url = "https://github.com/login/oauth/access_token";
constexpr std::string_view application = "https://api.github.com/applications/{client_id}/";

// In the body, though the client goes by Basic where tokens are revoked.
auto token_request(std::string_view grant_type) -> tenon::request {
    auto built = tenon::post(token_url);
    built.form("grant_type", grant_type).form("client_id", tenon::client_id());
    return built.form("client_secret", tenon::client_secret()).grant_reply();
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    tenon::tokens found = tenon::oauth_tokens(reply, what);
    return found.scope(tenon::spaced(reply.json().str("scope")));
}

auto api_request(tenon::request built) -> tenon::request {
    return built.header("Accept", "application/vnd.github+json")
        .header("X-GitHub-Api-Version", "2022-11-28");
}

// {"message", "documentation_url", "status"}: 403 also stands for too many requests.
auto api_failure(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, what);
    const bool exhausted = reply.header("x-ratelimit-remaining") == "0";
    if (reply.status() == 403 && (exhausted || why.retry_after_ms > 0)) {
        why.category = category::rate_limited;
    }
    if (exhausted) {
        tenon::heed_reset(why, reply, {"x-ratelimit-reset"});
    }
    const std::string message = reply.json().str("message");
    if (!message.empty()) {
        why.message += ": " + tenon::quotable(message);
    }
    return why;
}

auto primary_address(const tenon::json& addresses) -> std::string {
    for (const tenon::json& one : addresses.items()) {
        if (one.is_true("primary") && one.is_true("verified")) {
            return one.str("email");
        }
    }
    return {};
}

// Empty where the grant shows no addresses. Whatever else is amiss passes, and would lose it.
auto address_in(const tenon::response& reply) -> std::string {
    if (reply.ok() && reply.json().is_array()) {
        return primary_address(reply.json());
    }
    tenon::failure why = api_failure(reply, asked::api);
    if (reply.status() == 404 || why.category == category::scope) {
        return {};
    }
    throw tenon::failed(std::move(why));
}

class github final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "github",
            .display_name = "GitHub",
            .category = "development",
            .vendor = "GitHub",
            .version = "1.0.0",
            .docs_url =
                "https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/"
                "authorizing-oauth-apps",
            .pkce = tenon::pkce::supported,
            .client_auth = tenon::client_auth::basic,
            // Of GitHub Apps; an OAuth app's token has neither an end nor a refresh token.
            .refresh = tenon::refresh_policy{.rotates = true},
            .origins =
                {{"https://github.com", tenon::role::authorize | tenon::role::token},
                 {"https://api.github.com", tenon::role::api | tenon::role::revoke}},
            .scopes =
                {{"read:user", "See your profile", true},
                 {"user:email", "See your e-mail addresses", true},
                 {"repo", "See and change your repositories, private ones too", false},
                 {"public_repo", "See and change your public repositories", false},
                 {"read:org", "See your organizations and teams", false},
                 {"gist", "Create gists", false},
                 {"notifications", "Read your notifications", false},
                 {"workflow", "Change workflow files", false}},
            .config_fields =
                {{.name = "allow_signup",
                  .label = "Offer to create an account",
                  .type = tenon::field_type::choice,
                  .choices = {"true", "false"}}},
            .connect_fields =
                {{.name = "login", .label = "Account to offer", .pattern = "[A-Za-z0-9-]{1,39}"}},
            .quirks = {"error-in-200"},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        auto built = tenon::authorization("https://github.com/login/oauth/authorize", in);
        if (in.config.has("allow_signup")) {
            built.query("allow_signup", in.config.text("allow_signup"));
        }
        if (in.connect.has("login")) {
            built.query("login", in.connect.text("login"));
        }
        co_return built;
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto built = token_request("authorization_code");
        built.form("code", tenon::credential(in.code)).form("redirect_uri", in.redirect_uri);
        if (!in.code_verifier.empty()) {
            built.form("code_verifier", in.code_verifier);
        }
        auto reply = co_await built;
        co_return granted(reply, asked::exchange);
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        if (in.refresh_token.empty()) {
            co_return tenon::failure(
                category::unsupported, "without a refresh token, GitHub's tokens don't expire"
            );
        }
        auto built = token_request("refresh_token");
        auto reply = co_await built.form("refresh_token", in.refresh_token);
        co_return granted(reply, asked::refresh);
    }

    // The address is mostly private: it is told apart, where the scopes allow it.
    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
        auto reply = co_await api_request(tenon::get("https://api.github.com/user")).bearer();
        if (!reply.ok()) {
            co_return api_failure(reply, asked::api);
        }
        const tenon::json me = reply.object();
        std::string address = me.str("email");
        if (address.empty()) {
            auto mail =
                co_await api_request(tenon::get("https://api.github.com/user/emails")).bearer();
            address = address_in(mail);
        }
        co_return tenon::profile()
            .account_id(me.id("id"))
            .username(me.str("login"))
            .display_name(me.str("name"))
            .email(address)
            .avatar_url(me.str("avatar_url"))
            .followers(me.num("followers"))
            .text("html_url", me.str("html_url"))
            .text("node_id", me.str("node_id"))
            .number("public_repos", me.num("public_repos"))
            .raw(reply.body());
    }

    // Only ending the whole grant ends a refresh token, too. Either is done by the access token:
    // one that GitHub does not know is dead, but a refresh token beside it may live.
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        const bool refreshable = !in.refresh_token.empty();
        auto built =
            api_request(tenon::del(std::string(application) + (refreshable ? "grant" : "token")));
        auto reply = co_await built.path("client_id", tenon::client_id())
                         .json("access_token", in.access_token)
                         .client_auth();
        const bool unknown = reply.status() == 404 || reply.status() == 422;
        if (!reply.ok() && (refreshable || !unknown)) {
            co_return api_failure(reply, asked::revoke);
        }
        co_return tenon::revoked();
    }
};

}  // namespace

TENON_PLUGIN(github);
