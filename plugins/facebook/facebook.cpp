// Facebook Login, also for Business: a person's long-lived token, and a page's where one is chosen.
#include <tenon/sdk.hpp>
#include <tenon/sdk/graph.hpp>

#include <array>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view dialog_url = "https://www.facebook.com/{version}/dialog/oauth";
constexpr std::string_view token_url = "https://graph.facebook.com/{version}/oauth/access_token";
constexpr std::string_view me_url = "https://graph.facebook.com/{version}/me";
constexpr std::string_view permissions_url = "https://graph.facebook.com/{version}/me/permissions";
constexpr std::string_view page_url = "https://graph.facebook.com/{version}/{page}";
constexpr std::string_view page_fields =
    "id,name,access_token,tasks,instagram_business_account{id,username}";
constexpr std::string_view default_version = "v26.0";
constexpr std::string_view page_slot = "page";
constexpr std::int64_t century_ms = 36525LL * 24 * 3600 * 1000;

auto scopes() -> std::vector<tenon::scope> {
    return {
        {"public_profile", "See your name and your picture", true},
        {"email", "See your e-mail address", true},
        {"pages_show_list", "See which pages you manage", false},
        {"pages_read_engagement", "Read the posts of your pages", false},
        {"pages_manage_posts", "Publish on your pages", false},
        {"business_management", "See your business portfolios", false},
        {"instagram_basic", "See your Instagram accounts and their posts", false},
        {"instagram_manage_insights", "See how they and their posts do", false},
        {"instagram_manage_comments", "Read, write and hide comments there", false},
        {"instagram_content_publish", "Publish posts there", false},
    };
}

auto config_fields() -> std::vector<tenon::field> {
    return {
        {.name = "api_version",
         .label = "Graph API version",
         .pattern = "v[0-9]+\\.[0-9]+",
         .default_value = std::string(default_version)},
        {.name = "config_id",
         .label = "Configuration of Facebook Login for Business",
         .description = "It takes the place of scopes",
         .pattern = "[0-9]{1,20}"},
    };
}

auto connect_fields() -> std::vector<tenon::field> {
    return {
        {.name = "page",
         .label = "Id of a page that you manage",
         .description = "Its token is in the slot page; needs pages_show_list",
         .pattern = "[0-9]{1,20}"},
        {.name = "auth_type",
         .label = "What to ask again",
         .description = "rerequest asks for permissions that were declined before",
         .type = tenon::field_type::choice,
         .choices = {"rerequest", "reauthenticate", "reauthorize"}},
    };
}

auto says(const std::string& message, std::string_view words) -> bool {
    return message.find(words) != std::string::npos;
}

// Code 100 is any wrong parameter, and 1 also a wrong secret: the subcode and the text tell more.
auto failure_in(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::graph_failure(reply, what, "Facebook");
    const tenon::json refused = reply.json()["error"];
    const std::string message = refused.str("message");
    constexpr std::array<std::string_view, 5> operators_fault = {
        "client secret", "client_id", "validating application", "redirect_uri", "appsecret_proof"};
    for (const std::string_view words : operators_fault) {
        if (says(message, words)) {
            why.category = category::misconfigured;
            return why;
        }
    }
    const std::int64_t subcode = refused.num("error_subcode").value_or(0);
    const bool code_is_dead = subcode == 36007 || subcode == 36009;
    if (what == asked::exchange && (code_is_dead || says(message, "authorization code"))) {
        why.category = category::invalid_code;
    }
    return why;
}

auto content(const tenon::response& reply, asked what) -> tenon::json {
    if (tenon::is_refusal(reply)) {
        throw tenon::failed(failure_in(reply, what));
    }
    return reply.object();
}

auto version_of(const tenon::values& config) -> std::string {
    const std::string version = config.text("api_version");
    return version.empty() ? std::string(default_version) : version;
}

// appsecret_proof: apps that "require the app secret" take no call from a server without it.
auto proof_of(const tenon::value& token) -> tenon::call {
    tenon::call made("tenon.hmac-sha256/1");
    return made.arg("key", tenon::client_secret()).arg("message", token);
}

auto proof_in(const tenon::call_result& answered) -> tenon::value {
    const std::string proof = answered.out.text("hex");
    if (!answered.ok || proof.empty()) {
        throw tenon::failed(
            category::misconfigured, "appsecret_proof can't be made: set the app's client_secret"
        );
    }
    return tenon::credential(proof);
}

auto long_lived_request(const std::string& version, tenon::value token) -> tenon::request {
    tenon::request built = tenon::post(token_url);
    built.path("version", version).form("grant_type", "fb_exchange_token");
    return built.form("fb_exchange_token", std::move(token)).client_auth().grant_reply();
}

// What the person granted, which may be less than what was asked for.
auto permissions_in(const tenon::response& reply) -> std::string {
    std::vector<std::string> names;
    for (const tenon::json& one : content(reply, asked::api)["data"].items()) {
        if (one.str("status") == "granted") {
            names.push_back(one.str("permission"));
        }
    }
    return tenon::join(names, " ");
}

// The page's token, beside the person's: it does not expire, and nothing ever renews it.
void add_page(tenon::tokens& found, const tenon::response& reply) {
    const tenon::json refused = reply.json()["error"];
    const bool hidden = refused.num("code") == 100 && refused.num("error_subcode") == 33;
    const tenon::json page = hidden ? tenon::json() : content(reply, asked::api);
    if (!page["access_token"].exists()) {
        throw tenon::failed(
            category::access_denied,
            "the person gave no access to that page: ask for pages_show_list, and let them choose "
            "it"
        );
    }
    tenon::tokens own = tenon::tokens_in(page, reply);
    own.slot(page_slot).token_type("Bearer").refresh_not_before_ms(reply.sent_at_ms() + century_ms);
    found.also(own);
    found.metadata(tenon::json_object()
                       .text("page_id", page.id("id"))
                       .text("page_name", page.str("name"))
                       .raw("page_tasks", page["tasks"].raw())
                       .raw("instagram_business_account", page["instagram_business_account"].raw())
                       .str());
}

class facebook final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        const std::uint32_t graph = tenon::role::token | tenon::role::revoke | tenon::role::api;
        return {
            .id = "facebook",
            .display_name = "Facebook",
            .category = "social",
            .vendor = "Meta",
            .version = "1.0.0",
            .docs_url =
                "https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow",
            .host_calls = {"tenon.hmac-sha256/1"},
            .pkce = tenon::pkce::never,
            .client_auth = tenon::client_auth::post,
            .scope_separator = ",",
            .refresh = tenon::refresh_policy{.by_access_token = true},
            .origins =
                {{"https://www.facebook.com", tenon::role::authorize},
                 {"https://graph.facebook.com", graph}},
            .scopes = scopes(),
            .slots = {{"", "The person"}, {std::string(page_slot), "The page that was chosen"}},
            .config_fields = config_fields(),
            .connect_fields = connect_fields(),
            .quirks = {"scope-separator", "non-rfc-error"},
        };
    }

    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override {
        const std::string config_id = in.config.text("config_id");
        if (!config_id.empty()) {
            in.scope.clear();
        }
        auto built = tenon::authorization(dialog_url, in, ",");
        built.path("version", version_of(in.config));
        if (!config_id.empty()) {
            built.query("config_id", config_id).query("override_default_response_type", "true");
        }
        if (in.connect.has("auth_type")) {
            built.query("auth_type", in.connect.text("auth_type"));
        }
        co_return built;
    }

    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        constexpr std::string_view fragment = "#_=_";  // that Facebook puts behind the redirect
        if (in.code.ends_with(fragment)) {
            in.code.resize(in.code.size() - fragment.size());
        }
        const std::string version = version_of(in.config);
        auto first = co_await tenon::code_request(token_url, in).path("version", version);
        const std::string short_lived = content(first, asked::exchange).str("access_token");
        tenon::oauth_tokens(first, asked::exchange);  // throws where there is none
        auto second = co_await long_lived_request(version, tenon::credential(short_lived));
        const std::string token = content(second, asked::exchange).str("access_token");
        tenon::tokens found = tenon::oauth_tokens(second, asked::exchange);

        auto signed_token = co_await proof_of(tenon::credential(token));
        const tenon::value proof = proof_in(signed_token);
        auto allowed = co_await asking(permissions_url, in, token, proof);
        found.scope(permissions_in(allowed));

        const std::string page = in.connect.text("page");
        if (page.empty()) {
            co_return found;
        }
        auto told = co_await asking(page_url, in, token, proof)
                        .path("page", page)
                        .query("fields", page_fields);
        add_page(found, told);
        co_return found;
    }

    // A token that lives is exchanged for one that lives longer. A page's does not expire.
    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        if (in.slot == page_slot) {
            co_return tenon::failure(category::unsupported, "a page's token does not expire");
        }
        auto reply = co_await long_lived_request(version_of(in.config), in.access_token);
        content(reply, asked::refresh);
        co_return tenon::oauth_tokens(reply, asked::refresh);
    }

    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override {
        auto signed_token = co_await proof_of(tenon::access_token());
        auto reply = co_await tenon::get(me_url)
                         .path("version", version_of(in.config))
                         .query("fields", "id,name,email,picture{url}")
                         .query("appsecret_proof", proof_in(signed_token))
                         .bearer();
        const tenon::json me = content(reply, asked::api);
        co_return tenon::profile()
            .account_id(me.id("id"))
            .display_name(me.str("name"))
            .email(me.str("email"))
            .avatar_url(me["picture"]["data"].str("url"))
            .raw(reply.body());
    }

    // The person's token ends all, also the pages'; a page's can only tell whether it is dead.
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        const bool page = in.slot == page_slot;
        auto signed_token = co_await proof_of(tenon::access_token());
        auto reply =
            co_await tenon::request(page ? "GET" : "DELETE", page ? me_url : permissions_url)
                .path("version", version_of(in.config))
                .query("appsecret_proof", proof_in(signed_token))
                .bearer();
        const bool dead = reply.json()["error"].num("code") == 190;
        if (!dead && page && reply.ok()) {
            co_return tenon::failure(
                category::unsupported, "a page's token ends with the person's, which still lives"
            );
        }
        if (!dead && !content(reply, asked::revoke).is_true("success")) {
            co_return tenon::failure(category::provider, "Facebook answered without success");
        }
        co_return tenon::revoked();
    }

  private:
    // With a token that is not stored yet.
    static auto asking(
        std::string_view url, const tenon::exchange_input& in, const std::string& token,
        const tenon::value& proof
    ) -> tenon::request {
        tenon::request built = tenon::get(url);
        built.path("version", version_of(in.config)).query("appsecret_proof", proof);
        return built.header("Authorization", tenon::credential("Bearer " + token));
    }
};

}  // namespace

TENON_PLUGIN(facebook);
