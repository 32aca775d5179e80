#include "oauth/revoking.hpp"

#include "oauth/exchange.hpp"
#include "oauth/operations.hpp"
#include "store/confirmations.hpp"
#include "store/database.hpp"
#include "store/grants.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

auto request_of(const revocable& tokens) -> operation_request {
    operation_request request;
    request.kind = operation_kind::revoke;
    request.params = {{"account_id", tokens.account.text()}};
    if (!tokens.base_url.empty()) {
        request.params.emplace_back("base_url", tokens.base_url);
    }
    request.connect = params_from_json(tokens.connect_params);
    request.slot = tokens.slot;
    request.client_id = tokens.client_id;
    request.deadline = revoke_deadline;
    request.secrets.access_token = tokens.access_token;
    request.secrets.refresh_token = tokens.refresh_token;
    request.secrets.credentials = tokens.credentials;
    return request;
}

// An answer that makes no sense comes again.
auto outcome_of(const operation_failure& failure) -> std::string {
    switch (failure.category) {
        case failure_category::unavailable:
        case failure_category::rate_limited: return "pending";
        case failure_category::unsupported: return "unsupported";
        case failure_category::revoked:
        case failure_category::access_denied:
        case failure_category::token_rejected:
        case failure_category::misconfigured:
        case failure_category::provider:
        case failure_category::invalid_code:
        case failure_category::scope:
        case failure_category::invalid_input: break;
    }
    return "failed";
}

}  // namespace

auto to_revocable(const sealer& seal, const grant_row& grant) -> result<revocable> {
    auto secrets = open_secrets(seal, grant);
    if (secrets.has_error()) {
        return secrets.error();
    }
    revocable tokens;
    tokens.provider = grant.provider;
    tokens.client_id = grant.client_id;
    tokens.connect_params = grant.connect_params;
    tokens.slot = plugin_slot(grant.slot);
    tokens.access_token = std::move(secrets->access_token);
    tokens.refresh_token = std::move(secrets->refresh_token);
    tokens.account = grant.account;
    tokens.base_url = grant.base_url;
    tokens.credentials = std::move(secrets->credentials);
    return tokens;
}

auto outcomes_json(const std::vector<revocation>& outcomes) -> std::string {
    nlohmann::json detail{{"revocations", nlohmann::json::array()}};
    for (const auto& one : outcomes) {
        detail["revocations"].push_back({{"slot", one.slot}, {"outcome", one.outcome}});
    }
    return detail.dump();
}

auto revoke_tokens(oauth_context& context, std::shared_ptr<const revocable> tokens)
    -> boost::asio::awaitable<revoke_answer> {
    revoke_answer answer;
    const auto provider = co_await context.providers.acquire(tokens->provider.text());
    if (provider.has_error()) {
        answer.outcome = "failed";
        co_return answer;
    }
    if (!(*provider)->supports(operation_kind::revoke)) {
        answer.outcome = "unsupported";
        co_return answer;
    }
    auto request = request_of(*tokens);
    const auto revoked = co_await perform(context, *provider, std::move(request));
    if (revoked.has_value()) {
        answer.outcome = "revoked";
        co_return answer;
    }
    answer.outcome = outcome_of(revoked.error());
    answer.retry_after = revoked.error().retry_after;
    co_return answer;
}

// What is parked first: if it is confirmed between the two looks, the second one sees it.
auto is_in_use(oauth_context& context, provider_id provider, std::vector<account_id> accounts)
    -> boost::asio::awaitable<result<bool>> {
    auto look = [provider, accounts,
                 now = context.time.now()](sql_session& session) -> result<bool> {
        return std::ranges::any_of(accounts, [&](const account_id& account) {
            return is_account_parked(session, provider, account, now) ||
                   is_account_granted(session, provider, account);
        });
    };
    co_return co_await context.db.as_service(access::read, std::move(look));
}

}  // namespace tenon::host
