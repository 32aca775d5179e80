// Discord.
#include <tenon/sdk.hpp>

namespace {

using tenon::asked;

constexpr std::string_view token_url = "https://discord.com/api/oauth2/token";
constexpr std::string_view revoke_url = "https://discord.com/api/oauth2/token/revoke";
constexpr std::uint32_t every_role =
    tenon::role::authorize | tenon::role::token | tenon::role::revoke | tenon::role::api;

// Discord's form, with the app's page as its address; other User-Agents may be turned away.
auto named(tenon::request built) -> tenon::request {
    constexpr std::string_view agent =
        "DiscordBot (https://discord.com/developers/applications/${client_id}, 1.0.0)";
    return built.header("User-Agent", tenon::value{std::string(agent), TENON_KV_TEMPLATE});
}

// Which server a bot was added to, and where a webhook posts; its token is no metadata.
auto metadata_of(const tenon::json& body) -> std::string {
    const tenon::json hook = body["webhook"];
    tenon::json_object told;
    told.text("guild_id", body["guild"].id("id")).text("guild_name", body["guild"].str("name"));
    told.text("webhook_id", hook.id("id")).text("webhook_channel_id", hook.id("channel_id"));
    told.text("webhook_guild_id", hook.id("guild_id"));
    return told.empty() ? std::string() : told.str();
}

// Seconds with a fraction, where Retry-After is not there.
auto failure_in(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, what);
    tenon::heed_reset(why, reply, {"x-ratelimit-reset-after"});
    return why;
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    if (tenon::is_refusal(reply)) {
        throw tenon::failed(failure_in(reply, what));
    }
    tenon::tokens found = tenon::oauth_tokens(reply, what);
    return found.metadata(metadata_of(reply.json()));
}

// {"message", "code"}.
auto api_failure(const tenon::response& reply) -> tenon::failure {
    tenon::failure why = failure_in(reply, asked::api);
    const tenon::json body = reply.json();
    const std::string code = body.id("code");
    if (why.code.empty() && !code.empty() && code != "0") {
        why.code = tenon::quotable_code(code);
    }
    if (!body.str("message").empty()) {
        why.message += ": " + tenon::quotable(body.str("message"));
    }
    return why;
}

// A hash; `a_` begins that of one which moves.
auto avatar_of(const tenon::json& me) -> std::string {
    const std::string hash = me.str("avatar");
    if (hash.empty()) {
        return {};
    }
    return "https://cdn.discordapp.com/avatars/" + me.id("id") + "/" + hash +
           (hash.starts_with("a_") ? ".gif" : ".png");
}

class discord final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "discord",
            .display_name = "Discord",
            .category = "communication",
            .vendor = "Discord",
            .version = "1.0.0",
            .docs_url = "https://discord.com/developers/docs/topics/oauth2",
            .pkce = tenon::pkce::supported,
            .client_auth = tenon::client_auth::basic,
            .refresh = tenon::refresh_policy{.rotates = true, .default_lifetime_s = 7 * 24 * 3600},
            .origins = {{"https://discord.com", every_role}},
            .scopes =
                {{"identify", "See who you are", true},
                 {"email", "See your e-mail address", true},
                 {"guilds", "See the servers that you are in", false},
                 {"guilds.members.read", "See what you are called there", false},
                 {"connections", "See the accounts that you linked", false},
                 {"webhook.incoming", "Post into a channel of yours", false},
                 {"bot", "Add the app's bot to a server", false},
                 {"applications.commands", "Add the app's commands", false}},
            .config_fields =
                {{.name = "prompt",
                  .label = "Whether to ask again who consented before",
                  .type = tenon::field_type::choice,
                  .choices = {"consent", "none"}},
                 {.name = "permissions",
                  .label = "What the bot may do, as Discord's number",
                  .pattern = "[0-9]{1,20}"}},
            .connect_fields =
                {{.name = "guild_id", .label = "Server to offer", .pattern = "[0-9]{1,20}"}},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        in.scope = tenon::with_scopes(in.scope, {"identify"});
        auto built = tenon::authorization("https://discord.com/oauth2/authorize", in);
        for (const std::string_view name : {"prompt", "permissions"}) {
            if (in.config.has(name)) {
                built.query(name, in.config.text(name));
            }
        }
        if (in.connect.has("guild_id")) {
            built.query("guild_id", in.connect.text("guild_id"));
        }
        co_return built;
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await named(tenon::code_request(token_url, in));
        co_return granted(reply, asked::exchange);
    }

    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await named(tenon::refresh_request(token_url, in));
        co_return granted(reply, asked::refresh);
    }

    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
        auto reply = co_await named(tenon::get("https://discord.com/api/v10/users/@me")).bearer();
        if (!reply.ok()) {
            co_return api_failure(reply);
        }
        const tenon::json me = reply.object();
        const std::string shown = me.str("global_name");
        co_return tenon::profile()
            .account_id(me.id("id"))
            .username(me.str("username"))
            .display_name(shown.empty() ? me.str("username") : shown)
            .email(me.str("email"))
            .avatar_url(avatar_of(me))
            .text("locale", me.str("locale"))
            .json_field("verified", me["verified"].raw())
            .json_field("mfa_enabled", me["mfa_enabled"].raw())
            .raw(reply.body());
    }

    // Either token ends all that the person gave the app.
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        auto reply =
            co_await named(tenon::revocation_request(revoke_url, in.access_token, "access_token"));
        co_return tenon::oauth_revoked(reply);
    }
};

}  // namespace

TENON_PLUGIN(discord);
