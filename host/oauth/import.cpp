#include "oauth/import.hpp"

#include "oauth/exchange.hpp"
#include "oauth/landing.hpp"
#include "oauth/limited_client.hpp"
#include "oauth/named_fields.hpp"
#include "oauth/operations.hpp"
#include "oauth/profile_fields.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

auto wrong_field(const char* field, const char* message) -> error {
    auto problem = fail(errc::invalid_request, "an import lacks what it needs, or can't be taken");
    problem.details.push_back({field, message});
    return problem;
}

// RFC 6749 A: what tokens and scopes are made of. A line break that came along with a token would
// end the header that carries it.
auto is_visible(std::string_view text) -> bool {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

auto unproven() -> error {
    return fail(
        errc::unsupported_by_provider,
        "this provider does not tell whose a token is; let the user connect, or import it by a key "
        "that is not pinned to a user"
    );
}

// A slot that the provider has not would take the place of one that it has. Not named: the main
// one.
auto check_slot(const descriptor& about, const import_item& item) -> std::optional<error> {
    if (item.slot.empty()) {
        return std::nullopt;
    }
    std::string known;
    for (const auto& slot : about.slots) {
        if (slot.name == plugin_slot(item.slot)) {
            return std::nullopt;
        }
        known += (known.empty() ? "" : ", ") + stored_slot(slot.name);
    }
    auto problem = fail(errc::invalid_request, "the provider has no such slot");
    problem.details.push_back({"slot", "must be one of " + known});
    return problem;
}

auto to_landing(
    const oauth_context& context, actor by, const provider_instance& provider,
    const import_item& item
) -> landing {
    landing what;
    what.by = std::move(by);
    what.by.user = item.user;
    what.provider = provider_id(provider.name());
    what.client_id = provider.settings().client_id;
    what.account = item.account.value_or(account_id());
    what.scope = item.scope;
    what.connect_params = params_to_json(item.params);
    what.issued_at = context.time.now();
    what.action = "connection.imported";
    what.given = true;
    granted tokens;
    tokens.slot = plugin_slot(item.slot);
    tokens.access_token = item.access_token;
    tokens.refresh_token = item.refresh_token;
    tokens.scope = item.scope;
    tokens.expires_at = item.expires_at;
    what.grants.push_back(std::move(tokens));
    return what;
}

auto profile_request(
    const oauth_context& context, const landing& what, const import_item& item,
    import_validation how
) -> operation_request {
    operation_request request;
    request.kind = operation_kind::profile;
    // Where it must be proven it is not told: some plugins take the caller's word for it.
    if (item.account && how != import_validation::proven) {
        request.params.emplace_back("account_id", item.account->text());
    }
    if (!item.scope.empty()) {
        request.params.emplace_back("scope", item.scope);
    }
    request.connect = item.params;
    request.slot = what.grants.front().slot;
    request.secrets.access_token = item.access_token;
    request.client_id = what.client_id;
    request.deadline = context.options.operation_deadline;
    return request;
}

// The provider's word on whose token this is.
auto take_profile(landing& what, const operation_output& profile, import_validation how)
    -> std::optional<error> {
    const auto* account = profile.field("account_id");
    if (account == nullptr && how == import_validation::proven) {
        return unproven();
    }
    if (account != nullptr && !what.account.empty() && what.account.text() != account->value) {
        return fail(errc::account_mismatch, "the token is of another account than accountId says");
    }
    if (account != nullptr) {
        what.account = account_id(account->value);
    }
    what.metadata = with_profile(what.metadata, profile);
    what.profile = profile_json(profile, what.account.text());
    return std::nullopt;
}

auto to_import_error(const operation_failure& failure, const provider_id& provider) -> error {
    const bool refused = failure.category == failure_category::token_rejected ||
                         failure.category == failure_category::revoked;
    return refused ? fail(errc::reconnect_required, "the provider refuses this token")
                   : to_error(failure, provider.text());
}

auto check(const import_item& item, import_validation how) -> std::optional<error> {
    if (item.user.empty()) {
        return wrong_field("userId", "whose connection is it?");
    }
    if (item.access_token.empty()) {
        return wrong_field("accessToken", "a token to import");
    }
    struct given {
        const char* field;
        std::string_view text;
    };
    for (const auto& [field, text] :
         {given{"accessToken", item.access_token.reveal()},
          given{"refreshToken", item.refresh_token.reveal()}, given{"scope", item.scope}}) {
        if (!is_visible(text)) {
            return wrong_field(field, "has characters that are not printable ASCII");
        }
    }
    if (how == import_validation::none && !item.account) {
        return wrong_field("accountId", "needed where \"validate\" is false");
    }
    return std::nullopt;
}

// Has the provider say whose token it is, where that is wanted. All are the caller's, who waits.
auto ask_whose(
    oauth_context& context, const provider_handle& provider, landing& what, const import_item& item,
    import_validation how
) -> boost::asio::awaitable<std::optional<error>> {
    if (how == import_validation::none || !provider->supports(operation_kind::profile)) {
        co_return how == import_validation::proven ? std::optional(unproven()) : std::nullopt;
    }
    auto request = profile_request(context, what, item, how);
    if (const auto wait = held_back(context, *provider, request)) {
        co_return limit_error(what.provider, *wait);
    }
    auto profile = co_await perform(context, provider, std::move(request));
    if (profile.has_error()) {
        co_return to_import_error(profile.error(), what.provider);
    }
    co_return take_profile(what, *profile, how);
}

}  // namespace

auto import_connection(
    oauth_context& context, actor by, provider_id provider, import_item item, import_validation how
) -> boost::asio::awaitable<result<imported>> {
    if (auto wrong = check(item, how)) {
        co_return std::move(*wrong);
    }
    auto instance = co_await context.providers.acquire(provider.text());
    if (instance.has_error()) {
        co_return instance.error();
    }
    if (auto wrong = check_slot((*instance)->about(), item)) {
        co_return std::move(*wrong);
    }
    auto params =
        check_object((*instance)->about().connect_fields, std::move(item.params), "params");
    if (params.has_error()) {
        co_return params.error();
    }
    item.params = std::move(*params);
    auto what = to_landing(context, std::move(by), **instance, item);
    auto asking = ask_whose(context, *instance, what, item, how);
    if (auto wrong = co_await std::move(asking)) {
        co_return std::move(*wrong);
    }
    if (what.account.empty()) {
        co_return wrong_field("accountId", "the provider does not tell it");
    }
    auto landed = co_await land(context, std::move(what));
    if (landed.has_error()) {
        co_return landed.error();
    }
    co_return imported{landed->id, landed->account};
}

}  // namespace tenon::host
