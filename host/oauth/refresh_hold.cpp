#include "oauth/refresh_hold.hpp"

#include "oauth/decisions.hpp"
#include "oauth/exchange.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/limited_client.hpp"
#include "oauth/rate_governor.hpp"

namespace tenon::host {

auto put_off(oauth_context& context, unsent_intents& unsent, boarding on, milliseconds wait)
    -> boost::asio::awaitable<result<shared_grant>> {
    const auto now = context.time.now();
    const auto again = after_hold(wait, random_fraction(context.random), now);
    const auto& due = on.row->next_refresh_at;
    auto reason = limit_error(on.row->provider, again - now);
    const auto put_off_to = due && *due < again ? std::optional(again) : std::nullopt;
    co_await give_back(context, unsent, std::move(on), put_off_to);
    co_return reason;
}

auto still_held(oauth_context& context, const grant_row& row, const provider_instance& provider)
    -> std::optional<error> {
    const auto now = context.time.now();
    if (!row.next_refresh_at || *row.next_refresh_at <= now) {
        return std::nullopt;
    }
    const auto client =
        limited_client_of(provider, row.client_id, params_from_json(row.connect_params));
    const auto wait = context.governor.held(client, now);
    if (!wait) {
        return std::nullopt;
    }
    return limit_error(row.provider, after_hold(*wait, random_fraction(context.random), now) - now);
}

}  // namespace tenon::host
