#include "oauth/revoking.hpp"

#include "oauth/exchange.hpp"
#include "oauth/operations.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host {

auto outcomes_json(const std::vector<revocation>& outcomes) -> std::string {
    nlohmann::json detail{{"revocations", nlohmann::json::array()}};
    for (const auto& one : outcomes) {
        detail["revocations"].push_back({{"slot", one.slot}, {"outcome", one.outcome}});
    }
    return detail.dump();
}

auto revoke_tokens(oauth_context& context, revocable tokens)
    -> boost::asio::awaitable<std::string> {
    auto provider = co_await context.providers.acquire(tokens.provider.text());
    if (provider.has_error()) {
        co_return "failed";
    }
    if (!(*provider)->supports(operation_kind::revoke)) {
        co_return "unsupported";
    }
    operation_request request;
    request.kind = operation_kind::revoke;
    request.params = {{"account_id", tokens.account.text()}};
    if (!tokens.base_url.empty()) {
        request.params.emplace_back("base_url", tokens.base_url);
    }
    request.connect = params_from_json(tokens.connect_params);
    request.slot = std::move(tokens.slot);
    request.client_id = std::move(tokens.client_id);
    request.deadline = revoke_deadline;
    request.secrets.access_token = std::move(tokens.access_token);
    request.secrets.refresh_token = std::move(tokens.refresh_token);
    request.secrets.credentials = std::move(tokens.credentials);
    auto revoked = co_await perform(context, *provider, std::move(request));
    if (revoked.has_value()) {
        co_return "revoked";
    }
    const auto category = revoked.error().category;
    co_return category == failure_category::unsupported ? "unsupported" : "failed";
}

}  // namespace tenon::host
