// Google: Calendar, Drive, Gmail, People, under OpenID Connect.
#include <tenon/sdk.hpp>

#include <algorithm>
#include <array>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view authorize_url = "https://accounts.google.com/o/oauth2/v2/auth";
constexpr std::string_view token_url = "https://oauth2.googleapis.com/token";
constexpr std::string_view revoke_url = "https://oauth2.googleapis.com/revoke";
constexpr std::string_view userinfo_url = "https://openidconnect.googleapis.com/v1/userinfo";

auto api(std::string_view name) -> std::string {
    return "https://www.googleapis.com/auth/" + std::string(name);
}

auto scopes() -> std::vector<tenon::scope> {
    return {
        {"openid", "Know which account it is", true},
        {"email", "See your e-mail address", true},
        {"profile", "See your name and your picture", true},
        {api("calendar.readonly"), "See your calendars", false},
        {api("calendar.events"), "See and change events in your calendars", false},
        {api("calendar"), "See, change and share your calendars", false},
        {api("drive.file"), "See and change the files that you open with this app", false},
        {api("drive.readonly"), "See all your files in Drive", false},
        {api("gmail.readonly"), "Read your mail", false},
        {api("gmail.send"), "Send mail for you", false},
        {api("contacts.readonly"), "See your contacts", false},
    };
}

auto fields() -> std::vector<tenon::field> {
    return {
        {.name = "login_hint", .label = "E-mail address to offer", .pattern = "[^\\s]{1,254}"},
        {.name = "hd", .label = "Workspace domain to offer", .pattern = "[A-Za-z0-9.-]{1,253}|\\*"},
    };
}

auto config_fields() -> std::vector<tenon::field> {
    return {
        {.name = "prompt",
         .label = "What to ask each time",
         .description = "Without consent, Google gives a refresh token on the first connect only",
         .pattern = "(consent|select_account|none)( (consent|select_account))*",
         .default_value = "consent"},
        {.name = "include_granted_scopes",
         .label = "Keep what was granted before",
         .type = tenon::field_type::choice,
         .default_value = "true",
         .choices = {"true", "false"}},
    };
}

// What an administrator forbids, beside the RFC's codes.
auto token_failure(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, what);
    if (why.code == "admin_policy_enforced" || why.code == "org_internal") {
        why.category = category::access_denied;
    }
    if (reply.json().str("error_subtype") == "invalid_rapt") {
        why.message += " (the Workspace's session control asks the person to sign in again)";
    }
    return why;
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    if (tenon::is_refusal(reply)) {
        throw tenon::failed(token_failure(reply, what));
    }
    return tenon::oauth_tokens(reply, what);
}

// {"error": {"code", "status", "message", "errors": [{"reason"}], "details": [{"reason"}]}}: 403
// stands for too many requests as well as for a missing scope, and only the reason tells.
auto is_throttle(std::string_view reason) -> bool {
    constexpr std::array<std::string_view, 5> throttles = {
        "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED",
        "RESOURCE_EXHAUSTED"};
    return std::find(throttles.begin(), throttles.end(), reason) != throttles.end();
}

// Of several reasons one that says to wait counts most, else the first.
auto reason_in(const tenon::json& inner) -> std::string {
    std::string first;
    for (const std::string_view list : {"details", "errors"}) {
        for (const tenon::json& item : inner[list].items()) {
            std::string reason = item.str("reason");
            if (is_throttle(reason)) {
                return reason;
            }
            first = first.empty() ? reason : first;
        }
    }
    const std::string status = inner.str("status");
    return first.empty() || is_throttle(status) ? status : first;
}

auto api_failure(const tenon::response& reply) -> tenon::failure {
    if (!reply.answered()) {
        return tenon::transport_failure(reply);
    }
    const tenon::json inner = reply.json()["error"];
    if (!inner.is_object()) {
        return tenon::oauth_failure(reply, asked::api);
    }
    const std::string reason = reason_in(inner);
    const category what = is_throttle(reason) ? category::rate_limited
                                              : tenon::category_of(reply.status(), asked::api);
    return tenon::failure_of(
        reply, what,
        "Google answered " + tenon::quotable_code(reason) + ": " +
            tenon::quotable(inner.str("message")),
        reason
    );
}

class google final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        const std::uint32_t server = tenon::role::token | tenon::role::revoke;
        return {
            .id = "google",
            .display_name = "Google",
            .category = "productivity",
            .vendor = "Google",
            .version = "1.0.0",
            .docs_url = "https://developers.google.com/identity/protocols/oauth2/web-server",
            .pkce = tenon::pkce::supported,
            .client_auth = tenon::client_auth::post,
            .issuer = "https://accounts.google.com",
            .jwks_url = "https://www.googleapis.com/oauth2/v3/certs",
            .nonce = true,
            .refresh = tenon::refresh_policy{.default_lifetime_s = 3600},
            .origins =
                {{"https://accounts.google.com", tenon::role::authorize},
                 {"https://oauth2.googleapis.com", server},
                 {"https://openidconnect.googleapis.com", tenon::role::api},
                 {"https://www.googleapis.com", tenon::role::api},
                 {"https://gmail.googleapis.com", tenon::role::api},
                 {"https://people.googleapis.com", tenon::role::api}},
            .scopes = scopes(),
            .config_fields = config_fields(),
            .connect_fields = fields(),
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        // Without it there is neither an ID token nor an answer to "whose account is it?".
        in.scope = tenon::with_scopes(in.scope, {"openid"});
        const std::string prompt = in.config.text("prompt");
        const std::string keep = in.config.text("include_granted_scopes");
        auto built = tenon::authorization(authorize_url, in);
        built.query("access_type", "offline").query("prompt", prompt.empty() ? "consent" : prompt);
        built.query("include_granted_scopes", keep.empty() ? "true" : keep);
        for (const std::string_view name : {"login_hint", "hd"}) {
            if (in.connect.has(name)) {
                built.query(name, in.connect.text(name));
            }
        }
        co_return built;
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::code_request(token_url, in);
        co_return granted(reply, asked::exchange);
    }

    // The answer has no refresh token: the old one stays.
    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        if (in.refresh_token.empty()) {
            co_return tenon::failure(
                category::revoked, "Google gave no refresh token: reconnect with prompt=consent"
            );
        }
        auto reply = co_await tenon::refresh_request(token_url, in);
        co_return granted(reply, asked::refresh);
    }

    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
        auto reply = co_await tenon::get(userinfo_url).bearer();
        if (!reply.ok()) {
            co_return api_failure(reply);
        }
        const tenon::json me = reply.object();
        co_return tenon::profile()
            .account_id(me.str("sub"))
            .subject(me.str("sub"))
            .username(me.str("email"))
            .display_name(me.str("name"))
            .email(me.str("email"))
            .avatar_url(me.str("picture"))
            .json_field("email_verified", me["email_verified"].raw())
            .text("hd", me.str("hd"))
            .raw(reply.body());
    }

    // Either token ends the whole grant; the client does not authenticate here.
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        auto reply =
            co_await tenon::post(revoke_url)
                .form("token", in.refresh_token.empty() ? in.access_token : in.refresh_token);
        co_return tenon::oauth_revoked(reply);
    }
};

}  // namespace

TENON_PLUGIN(google);
