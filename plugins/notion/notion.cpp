// Notion: a person lets the app's bot into pages of a workspace; there are no scopes.
#include <tenon/sdk.hpp>

#include <array>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view token_url = "https://api.notion.com/v1/oauth/token";
constexpr std::string_view revoke_url = "https://api.notion.com/v1/oauth/revoke";
constexpr std::string_view me_url = "https://api.notion.com/v1/users/me";
constexpr std::string_view version_header = "Notion-Version";
constexpr std::string_view default_version = "2025-09-03";

auto version_of(const tenon::values& config) -> std::string {
    const std::string version = config.text("notion_version");
    return version.empty() ? std::string(default_version) : version;
}

// {"object": "error", "status", "code", "message"}, or the RFC's form.
auto failure_in(const tenon::response& reply, asked what) -> tenon::failure {
    const tenon::json body = reply.json();
    if (!reply.answered() || body.str("object") != "error") {
        return tenon::oauth_failure(reply, what);
    }
    const std::string code = body.str("code");
    category found = tenon::category_of(reply.status(), what);
    if (found == category::provider || code == "invalid_grant") {
        found = tenon::category_of(code, what);
    }
    if (code == "conflict_error") {  // two changes at once
        found = category::unavailable;
    }
    return tenon::failure_of(
        reply, found,
        "Notion answered " + tenon::quotable_code(code) + ": " +
            tenon::quotable(body.str("message")),
        code
    );
}

auto content(const tenon::response& reply, asked what) -> tenon::json {
    if (tenon::is_refusal(reply) || reply.json().str("object") == "error") {
        throw tenon::failed(failure_in(reply, what));
    }
    return reply.object();
}

// The workspace, and the person in it where the app is a person's and not the workspace's.
auto account_of(const std::string& workspace, const tenon::json& owner) -> std::string {
    const std::string person = owner["user"].str("id");
    return workspace.empty() || person.empty() ? workspace : workspace + ":" + person;
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    const tenon::json body = content(reply, what);
    tenon::tokens found = tenon::oauth_tokens(reply, what);
    found.account_id(account_of(body.str("workspace_id"), body["owner"]));
    tenon::json_object told;
    for (const char* const key : {"workspace_id", "workspace_name", "workspace_icon", "bot_id"}) {
        told.text(key, body.str(key));
    }
    return found.metadata(told.raw("owner", body["owner"].raw()).str());
}

class notion final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        const std::uint32_t server = tenon::role::token | tenon::role::revoke | tenon::role::api;
        return {
            .id = "notion",
            .display_name = "Notion",
            .category = "productivity",
            .vendor = "Notion Labs",
            .version = "1.0.0",
            .docs_url = "https://developers.notion.com/docs/authorization",
            .pkce = tenon::pkce::never,
            .client_auth = tenon::client_auth::basic,
            .refresh = tenon::refresh_policy{.rotates = true},
            .origins = {{"https://api.notion.com", tenon::role::authorize | server}},
            .config_fields =
                {{.name = "notion_version",
                  .label = "Version of the API",
                  .pattern = "20[0-9]{2}-[0-9]{2}-[0-9]{2}",
                  .default_value = std::string(default_version)}},
            .quirks = {"json-token-request", "no-scope", "non-rfc-error"},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        in.scope.clear();  // what the app may do is part of its registration
        auto built = tenon::authorization("https://api.notion.com/v1/oauth/authorize", in);
        co_return built.query("owner", "user");
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::code_request(token_url, in, tenon::token_body::json)
                         .header(version_header, version_of(in.config));
        co_return granted(reply, asked::exchange);
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        if (in.refresh_token.empty()) {
            co_return tenon::failure(
                category::unsupported, "Notion gave no refresh token: this one does not expire"
            );
        }
        auto reply = co_await tenon::refresh_request(token_url, in, tenon::token_body::json)
                         .header(version_header, version_of(in.config));
        co_return granted(reply, asked::refresh);
    }

    // The token is the bot's; whose it is, the bot's owner tells.
    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override {
        auto reply =
            co_await tenon::get(me_url).header(version_header, version_of(in.config)).bearer();
        const tenon::json self = content(reply, asked::api);
        const tenon::json bot = self["bot"];
        const tenon::json person = bot["owner"]["user"];
        tenon::profile found;
        found.account_id(in.account_id.empty() ? self.str("id") : in.account_id)
            .username(self.str("name"))
            .display_name(person.exists() ? person.str("name") : bot.str("workspace_name"))
            .email(person["person"].str("email"))
            .avatar_url(person.exists() ? person.str("avatar_url") : self.str("avatar_url"));
        co_return found.text("bot_id", self.str("id"))
            .text("workspace_name", bot.str("workspace_name"))
            .raw(reply.body());
    }

    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        auto reply = co_await tenon::post(revoke_url)
                         .json("token", in.access_token)
                         .header(version_header, version_of(in.config))
                         .client_auth();
        content(reply, asked::revoke);
        co_return tenon::revoked();
    }
};

}  // namespace

TENON_PLUGIN(notion);
