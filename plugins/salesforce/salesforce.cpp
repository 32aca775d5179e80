// Salesforce: each organization has hosts of its own, and its answers tell where its API is.
#include <tenon/sdk.hpp>

#include <array>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view origin_url = "https://{host}.salesforce.com";
constexpr std::string_view instance_origin = "https://{instance}.salesforce.com";
constexpr std::string_view token_path = "/services/oauth2/token";
// What may stand before .salesforce.com: the two that serve all, a My Domain, perhaps of a sandbox
// or another kind of trial, and numbered instances, which are older.
constexpr std::string_view my_domain =
    "[a-z0-9]([a-z0-9-]{0,78}[a-z0-9])?([.][a-z]{2,12})?[.]my|[a-z]{2,4}[0-9]{1,4}";

auto at(std::string_view path) -> std::string {
    return std::string(origin_url) + std::string(path);
}

auto scopes() -> std::vector<tenon::scope> {
    return {
        {"openid", "Know which account it is", true},
        {"api", "Read and change your data as you can", true},
        {"refresh_token", "Keep the access while you are away", true},
        {"profile", "See your name and your picture", false},
        {"email", "See your e-mail address", false},
        {"web", "Open Salesforce's pages as you", false},
        {"full", "Do everything that you can", false},
    };
}

auto config_fields() -> std::vector<tenon::field> {
    return {
        {.name = "prompt",
         .label = "What to ask each time",
         .pattern = "(login|consent|select_account)( (login|consent|select_account))*"}};
}

auto connect_fields() -> std::vector<tenon::field> {
    return {
        {.name = "host",
         .label = "Where you sign in, before .salesforce.com",
         .description = "login; test for a sandbox; acme.my where that is your My Domain",
         .pattern = "login|test|" + std::string(my_domain),
         .default_value = "login"},
        {.name = "instance",
         .label = "The only organization to take, before .salesforce.com",
         .description = "acme.my; empty: any",
         .pattern = std::string(my_domain)},
        {.name = "login_hint", .label = "User name to offer", .pattern = "[^\\s]{1,254}"},
    };
}

// Codes of Salesforce's own, beside the RFC's.
auto category_of(std::string_view code, category otherwise, asked what) -> category {
    struct entry {
        std::string_view code;
        tenon::category what;
    };
    const category ended = what == asked::refresh ? category::revoked : category::access_denied;
    const std::array table = {
        entry{"invalid_client_id", category::misconfigured},
        entry{"rate_limit_exceeded", category::rate_limited},
        entry{"inactive_user", ended},
        entry{"inactive_org", ended},
        entry{"invalid_session_id", category::token_rejected},
        entry{"INVALID_SESSION_ID", category::token_rejected},
        entry{"REQUEST_LIMIT_EXCEEDED", category::rate_limited},
        entry{"SERVER_UNAVAILABLE", category::unavailable},
        entry{"API_DISABLED_FOR_ORG", category::unsupported},
        entry{"INSUFFICIENT_ACCESS", category::scope},
    };
    for (const entry& known : table) {
        if (known.code == code) {
            return known.what;
        }
    }
    return otherwise;
}

auto failure_in(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, what);
    const std::string described = reply.json().str("error_description");
    if (described == "ip restricted") {  // the address of this host, not the person
        why.category = category::misconfigured;
    }
    why.category = category_of(why.code, why.category, what);
    return why;
}

// The API's errors are a list: [{"message", "errorCode"}]; those of userinfo are plain text.
auto api_failure(const tenon::response& reply) -> tenon::failure {
    const tenon::json first = reply.json()[0];
    const bool dead = reply.body().find("Bad_OAuth_Token") != std::string_view::npos;
    if (!reply.answered() || (!first.exists() && !dead)) {
        return failure_in(reply, asked::api);
    }
    const std::string code = dead ? "Bad_OAuth_Token" : first.str("errorCode");
    const category by_status = tenon::category_of(reply.status(), asked::api);
    return tenon::failure_of(
        reply, dead ? category::token_rejected : category_of(code, by_status, asked::api),
        "Salesforce answered " + tenon::quotable_code(code) + ": " +
            tenon::quotable(first.str("message")),
        code
    );
}

// `https://login.salesforce.com/id/ORGANIZATION/USER`: both ids make the account.
auto account_in(std::string_view identity_url) -> std::string {
    const std::vector<std::string> parts = tenon::split(identity_url, "/");
    const std::size_t count = parts.size();
    return count < 3 || parts[count - 3] != "id" ? std::string()
                                                 : parts[count - 2] + ":" + parts[count - 1];
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    if (tenon::is_refusal(reply)) {
        throw tenon::failed(failure_in(reply, what));
    }
    tenon::tokens found = tenon::oauth_tokens(reply, what);
    const tenon::json body = reply.json();
    found.account_id(account_in(body.str("id"))).base_url(body.str("instance_url"));
    tenon::json_object told;
    for (const char* const key :
         {"id", "instance_url", "sfdc_community_url", "sfdc_community_id"}) {
        told.text(key, body.str(key));
    }
    return found.metadata(told.str());
}

class salesforce final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        const std::uint32_t server = tenon::role::token | tenon::role::revoke | tenon::role::api;
        return {
            .id = "salesforce",
            .display_name = "Salesforce",
            .category = "crm",
            .vendor = "Salesforce",
            .version = "1.0.0",
            .docs_url =
                "https://help.salesforce.com/s/"
                "articleView?id=sf.remoteaccess_oauth_web_server_flow.htm",
            .pkce = tenon::pkce::required,
            .client_auth = tenon::client_auth::post,
            // Whether it rotates is the app's setting; how long a token lives is the
            // organization's.
            .refresh = tenon::refresh_policy{.rotates = true, .default_lifetime_s = 7200},
            .origins =
                {{std::string(origin_url), tenon::role::authorize | server},
                 {std::string(instance_origin), tenon::role::api}},
            .scopes = scopes(),
            .config_fields = config_fields(),
            .connect_fields = connect_fields(),
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        auto built = tenon::authorization(at("/services/oauth2/authorize"), in);
        if (in.config.has("prompt")) {
            built.query("prompt", in.config.text("prompt"));
        }
        if (in.connect.has("login_hint")) {
            built.query("login_hint", in.connect.text("login_hint"));
        }
        co_return built;
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::code_request(at(token_path), in);
        co_return granted(reply, asked::exchange);
    }

    // Perhaps with another refresh token, and with another instance_url where the data has moved.
    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::refresh_request(at(token_path), in);
        co_return granted(reply, asked::refresh);
    }

    auto profile(tenon::profile_input) const -> tenon::op<tenon::profile> override {
        auto reply = co_await tenon::get(at("/services/oauth2/userinfo")).bearer();
        if (!reply.ok()) {
            co_return api_failure(reply);
        }
        const tenon::json me = reply.object();
        tenon::profile found;
        found.account_id(account_in(me.str("sub")))
            .username(me.str("preferred_username"))
            .display_name(me.str("name"))
            .email(me.str("email"))
            .avatar_url(picture_in(me));
        for (const char* const key : {"organization_id", "user_id", "user_type", "zoneinfo"}) {
            found.text(key, me.str(key));
        }
        co_return found.json_field("email_verified", me["email_verified"].raw()).raw(reply.body());
    }

    // Either token ends the grant; the client does not authenticate here.
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        auto reply =
            co_await tenon::post(at("/services/oauth2/revoke"))
                .form("token", in.refresh_token.empty() ? in.access_token : in.refresh_token);
        co_return tenon::oauth_revoked(reply);
    }

  private:
    static auto picture_in(const tenon::json& me) -> std::string {
        const std::string own = me.str("picture");
        return own.empty() ? me["photos"].str("picture") : own;
    }
};

}  // namespace

TENON_PLUGIN(salesforce);
