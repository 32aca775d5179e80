// Slack OAuth v2: an install may yield a bot's token for the workspace and a person's.
#include <tenon/sdk.hpp>

#include <array>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view authorize_url = "https://slack.com/oauth/v2/authorize";
constexpr std::string_view access_url = "https://slack.com/api/oauth.v2.access";
constexpr std::uint32_t every_role =
    tenon::role::authorize | tenon::role::token | tenon::role::revoke | tenon::role::api;
constexpr std::string_view user_prefix = "user:";  // of a scope that is asked for the person

auto scopes() -> std::vector<tenon::scope> {
    return {
        {"channels:read", "See public channels", true},
        {"chat:write", "Post messages as the app", true},
        {"users:read", "See the people of the workspace", false},
        {"users:read.email", "See their e-mail addresses", false},
        {"user:chat:write", "Post messages as you", false},
        {"user:search:read", "Search what you can see", false},
        {"user:users:read", "See your own profile", false},
    };
}

auto config_fields() -> std::vector<tenon::field> {
    return {
        {.name = "user_scopes",
         .label = "Scopes asked for the person",
         .description = "In each connect, beside those with the prefix user:",
         .type = tenon::field_type::list}};
}

auto connect_fields() -> std::vector<tenon::field> {
    return {
        {.name = "team", .label = "Workspace to offer (T...)", .pattern = "[TE][A-Z0-9]{1,20}"},
        {.name = "user_scope",
         .label = "Further scopes asked for the person, separated by commas",
         .pattern = "[a-z0-9_.:,-]{0,1000}"}};
}

auto category_of(std::string_view code, std::uint32_t status, asked what) -> category {
    struct entry {
        std::string_view code;
        tenon::category what;
    };
    constexpr std::array table = {
        entry{"invalid_code", category::invalid_code},
        entry{"code_already_used", category::invalid_code},
        entry{"bad_redirect_uri", category::misconfigured},
        entry{"oauth_authorization_url_mismatch", category::misconfigured},
        entry{"bad_client_secret", category::misconfigured},
        entry{"invalid_client_id", category::misconfigured},
        entry{"invalid_grant_type", category::misconfigured},
        entry{"invalid_refresh_token", category::revoked},
        entry{"no_scopes", category::scope},
        entry{"missing_scope", category::scope},
        entry{"ratelimited", category::rate_limited},
        entry{"internal_error", category::unavailable},
    };
    for (const entry& known : table) {
        if (known.code == code) {
            return known.what;
        }
    }
    // For the rest the RFC's codes, which Slack's newer endpoints use as well.
    const category by_status = tenon::category_of(status, what);
    return by_status == category::provider ? tenon::category_of(code, what) : by_status;
}

// A token that Slack knows no more. One that only expired may have a refresh token that lives.
auto is_dead(std::string_view code) -> bool {
    return code == "token_revoked" || code == "invalid_auth" || code == "account_inactive";
}

// Every answer has `ok`, and errors come under status 200.
auto is_refused(const tenon::response& reply) -> bool {
    return !reply.ok() || !reply.json().is_true("ok");
}

auto failure_in(const tenon::response& reply, asked what) -> tenon::failure {
    if (!reply.answered()) {
        return tenon::transport_failure(reply);
    }
    const std::string code = reply.json().str("error");
    category found = category_of(code, reply.status(), what);
    const bool unusable = is_dead(code) || code == "token_expired" || code == "not_authed";
    if (unusable) {
        found = what == asked::refresh ? category::revoked : category::token_rejected;
    }
    const std::string needed = reply.json().str("needed");
    std::string message =
        "Slack answered " + (code.empty() ? "without ok" : tenon::quotable_code(code));
    if (!needed.empty()) {
        message += ": the scope " + tenon::quotable(needed) + " is needed";
    }
    return tenon::failure_of(reply, found, std::move(message), code);
}

auto content(const tenon::response& reply, asked what) -> tenon::json {
    if (is_refused(reply)) {
        throw tenon::failed(failure_in(reply, what));
    }
    return reply.object();
}

// Slack's token_type says whose the token is, not how to use it: that is Bearer.
auto set_in(const tenon::json& object, const tenon::response& reply, std::string_view slot)
    -> tenon::tokens {
    tenon::tokens found = tenon::tokens_in(object, reply);
    found.slot(slot).token_type("Bearer").scope(tenon::spaced(object.str("scope")));
    return found;
}

// Where the app was installed: a workspace, or a whole organization, which has no team.
auto place_of(const tenon::json& body) -> std::string {
    const std::string team = body["team"].id("id");
    return team.empty() || body.is_true("is_enterprise_install") ? body["enterprise"].id("id")
                                                                 : team;
}

auto metadata_of(const tenon::json& body) -> std::string {
    tenon::json_object told;
    for (const std::string place : {"team", "enterprise"}) {
        told.text(place + "_id", body[place].id("id"))
            .text(place + "_name", body[place].str("name"));
    }
    for (const char* const key : {"bot_user_id", "app_id"}) {
        told.text(key, body.str(key));
    }
    told.text("authed_user_id", body["authed_user"].id("id"));
    told.boolean("is_enterprise_install", body.is_true("is_enterprise_install"));
    return told.str();
}

// Both lists that Slack asks for, out of one: what begins with `user:` is for the person.
struct scope_lists {
    std::vector<std::string> bot, user;
    explicit scope_lists(const tenon::authorize_input& in) : user(in.config.list("user_scopes")) {
        for (const std::string& name : tenon::split(in.scope, " ")) {
            const bool person = name.starts_with(user_prefix);
            (person ? user : bot).push_back(person ? name.substr(user_prefix.size()) : name);
        }
        for (const auto& name : tenon::split(in.connect.text("user_scope"), ", ")) {
            user.push_back(name);
        }
    }
};

class slack final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "slack",
            .display_name = "Slack",
            .category = "communication",
            .vendor = "Slack",
            .version = "1.0.0",
            .docs_url = "https://docs.slack.dev/authentication/installing-with-oauth",
            .pkce = tenon::pkce::never,
            .client_auth = tenon::client_auth::basic,
            .scope_separator = ",",
            .refresh = tenon::refresh_policy{.rotates = true},
            .origins = {{"https://slack.com", every_role}},
            .scopes = scopes(),
            .slots = {{"bot", "The app in the workspace"}, {"user", "The person who installed it"}},
            .config_fields = config_fields(),
            .connect_fields = connect_fields(),
            .quirks = {"no-response-type", "scope-separator", "user-scope", "error-in-200"},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        const scope_lists lists(in);
        if (lists.bot.empty() && lists.user.empty()) {
            co_return tenon::failure(category::invalid_input, "Slack needs at least one scope");
        }
        auto built = tenon::get(authorize_url);
        built.query("client_id", tenon::client_id())
            .query("redirect_uri", in.redirect_uri)
            .query("state", in.state);
        built.query("scope", tenon::join(lists.bot, ","))
            .query("user_scope", tenon::join(lists.user, ","));
        if (in.connect.has("team")) {
            built.query("team", in.connect.text("team"));
        }
        co_return built;
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::code_request(access_url, in);
        const tenon::json body = content(reply, asked::exchange);
        const tenon::json person = body["authed_user"];
        const std::string place = place_of(body);
        const std::string told = metadata_of(body);
        const bool has_user = person["access_token"].exists();
        tenon::tokens user;
        if (has_user) {
            user = set_in(person, reply, "user");
        }
        user.account_id(place + ":" + person.id("id")).metadata(told);
        if (has_user && !body["access_token"].exists()) {
            co_return user;
        }
        tenon::tokens bot = set_in(body, reply, "bot");
        bot.account_id(place).metadata(told);
        co_return has_user ? bot.also(user) : bot;
    }

    // The answer is the same for both slots: its tokens are at the top even if they are a person's.
    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        if (in.refresh_token.empty()) {
            co_return tenon::failure(
                category::unsupported, "without rotation, tokens don't expire"
            );
        }
        auto reply = co_await tenon::refresh_request(access_url, in);
        co_return set_in(content(reply, asked::refresh), reply, in.slot);
    }

    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override {
        auto test = co_await tenon::post("https://slack.com/api/auth.test").bearer();
        const tenon::json self = content(test, asked::api);
        const bool is_bot = in.slot.empty() ? self["bot_id"].exists() : in.slot == "bot";
        tenon::profile found = whose(self, is_bot);
        found.raw(test.body());
        const std::string scope = test.header("x-oauth-scopes");
        if (is_bot || (!scope.empty() && !tenon::lists(scope, "users:read"))) {
            co_return found;
        }

        auto info = co_await tenon::get("https://slack.com/api/users.info")
                        .query("user", self.id("user_id"))
                        .bearer();
        if (info.json().str("error") == "missing_scope") {
            co_return found;
        }
        const tenon::json user = content(info, asked::api)["user"];
        const tenon::json card = user["profile"];
        co_return found.display_name(card.str("real_name"))
            .email(card.str("email"))
            .avatar_url(card.str("image_72"))
            .json_field("slack_user", user.raw());
    }

    auto revoke(tenon::revoke_input) const -> tenon::op<tenon::revoked> override {
        auto reply = co_await tenon::post("https://slack.com/api/auth.revoke").bearer();
        const bool dead = !is_refused(reply) || is_dead(reply.json().str("error"));
        if (!dead) {
            co_return failure_in(reply, asked::revoke);
        }
        co_return tenon::revoked();
    }

  private:
    static auto whose(const tenon::json& self, bool is_bot) -> tenon::profile {
        const std::string enterprise = self.str("enterprise_id");
        const bool organization = self.is_true("is_enterprise_install") && !enterprise.empty();
        const std::string place = organization ? enterprise : self.id("team_id");
        tenon::profile found;
        found.account_id(is_bot ? place : place + ":" + self.id("user_id"))
            .username(self.str("user"));
        if (is_bot) {
            found.display_name(self.str("team"));
        }
        for (const char* const key : {"team_id", "team", "enterprise_id", "user_id", "bot_id"}) {
            found.text(key, self.str(key));
        }
        return found.json_field("is_enterprise_install", self["is_enterprise_install"].raw());
    }
};

}  // namespace

TENON_PLUGIN(slack);
