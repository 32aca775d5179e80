// OnlyFans has no public API and no OAuth: an aggregator is asked, by its API key and the id under
// which it keeps the creator's account.
#include <tenon/sdk.hpp>

namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view accounts_url = "https://app.onlyfansapi.com/api/accounts";
constexpr std::string_view account_url = "https://app.onlyfansapi.com/api/accounts/{account}";
constexpr std::string_view me_url = "https://app.onlyfansapi.com/api/{account}/me";

auto credential_fields() -> std::vector<tenon::field> {
    return {
        {.name = "api_key",
         .label = "API key of OnlyFansAPI.com",
         .description = "In its console under \"API keys\": it begins with ofapi_",
         .required = true,
         .secret = true,
         .pattern = "ofapi_[!-~]{1,250}"}};
}

auto connect_fields() -> std::vector<tenon::field> {
    return {
        {.name = "account",
         .label = "Account id (acct_...)",
         .description = "Of the creator, as the aggregator lists it. May be left out where the key "
                        "has one account only",
         .pattern = "acct_[A-Za-z0-9]{1,64}"}};
}

// The creator signed in at the aggregator, and OnlyFans has ended that session.
auto session_is_over(const tenon::json& body) -> bool {
    const std::string code = body.id("error");
    return code == "session_expired" || code == "authentication_failed";
}

auto failure_in(const tenon::response& reply, asked what) -> tenon::failure {
    if (!reply.answered()) {
        return tenon::transport_failure(reply);
    }
    const tenon::json body = reply.json();
    const std::string status = std::to_string(reply.status());
    if (session_is_over(body)) {
        return tenon::failure_of(
            reply, category::revoked,
            "the creator's session at the aggregator has ended: sign in there again",
            body.id("error")
        );
    }
    return tenon::failure_of(
        reply, tenon::category_of(reply.status(), what),
        "the aggregator answered with status " + status, body.id("error")
    );
}

// Lists and objects come in `data`.
auto content(const tenon::response& reply, asked what) -> tenon::json {
    if (!reply.ok() || session_is_over(reply.json())) {
        throw tenon::failed(failure_in(reply, what));
    }
    return reply.object()["data"];
}

auto wrong_account(std::string_view problem) -> tenon::failure {
    auto why = tenon::failure(category::invalid_input, "account " + std::string(problem));
    return why.field("account", problem);
}

// Which of the key's accounts is meant; throws where that is not one of them.
auto choose_account(const tenon::json& accounts, const std::string& wanted) -> std::string {
    std::size_t count = 0;
    std::string last;
    for (const tenon::json& one : accounts.items()) {
        last = one.id("id");
        if (!wanted.empty() && last == wanted) {
            return wanted;
        }
        ++count;
    }
    if (!wanted.empty()) {
        throw tenon::failed(wrong_account("is none of this API key's"));
    }
    if (count != 1 || last.empty()) {
        throw tenon::failed(wrong_account("is needed: this API key has none, or several"));
    }
    return last;
}

class onlyfans final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "onlyfans",
            .display_name = "OnlyFans (unofficial)",
            .category = "social",
            .vendor = "OnlyFansAPI.com",
            .version = "1.0.0",
            .docs_url = "https://docs.onlyfansapi.com",
            .auth_kinds = TENON_AUTH_API_KEY,
            .origins = {{"https://app.onlyfansapi.com", tenon::role::api | tenon::role::revoke}},
            .connect_fields = connect_fields(),
            .credential_fields = credential_fields(),
        };
    }

    auto validate(tenon::validate_input in) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::get(accounts_url)
                         .header("Authorization", tenon::reference("Bearer ${credential.api_key}"));
        const tenon::json accounts = content(reply, asked::api);
        const std::string named = in.connect.text("account");
        const std::string wanted = named.empty() ? in.account_id : named;
        co_return tenon::tokens{}
            .access_token(in.credential("api_key"))
            .account_id(choose_account(accounts, wanted));
    }

    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override {
        auto reply = co_await tenon::get(me_url).path("account", in.account_id).bearer();
        const tenon::json me = content(reply, asked::api);
        co_return tenon::profile{}
            .account_id(in.account_id)
            .username(me.str("username"))
            .display_name(me.str("name"))
            .avatar_url(me.str("avatar"))
            .followers(me.num("subscribersCount"))
            .text("onlyfans_id", me.id("id"))
            .raw(reply.body());
    }

    // The aggregator forgets the creator; the key, which may serve other accounts, stays.
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override {
        auto reply = co_await tenon::del(account_url).path("account", in.account_id).bearer();
        if (!reply.ok() && reply.status() != 404) {
            co_return failure_in(reply, asked::revoke);
        }
        co_return tenon::revoked();
    }
};

}  // namespace

TENON_PLUGIN(onlyfans);
