#include "oauth/refresh_claim.hpp"

#include "oauth/refresh_boarding.hpp"
#include "store/database.hpp"
#include "store/intents.hpp"

#include <unordered_map>
#include <unordered_set>

namespace tenon::host {
namespace {

using intent_ids = std::unordered_map<grant_id, std::string>;

auto order_of(const grant_row& row) -> refresh_order {
    refresh_order order{row.org, row.id, row.provider, refresh_reason::ahead};
    order.due = row.next_refresh_at;
    return order;
}

auto claim_in(
    sql_session& session, const oauth_context& context, const std::vector<due_grant>& wanted,
    const intent_ids& intents
) -> std::vector<refresh_order> {
    const auto now = context.time.now();
    auto rows = claim_due_grants(
        session, wanted, context.options.instance, now + context.options.lease, now
    );
    const auto with_intents = grants_with_intents(session, rows);
    const std::unordered_set<grant_id> left(with_intents.begin(), with_intents.end());
    std::vector<refresh_order> orders;
    for (auto& row : rows) {
        auto& order = orders.emplace_back(order_of(row));
        if (left.contains(row.id)) {
            continue;
        }
        auto on = std::make_shared<boarding>();
        on->intent = intents.at(row.id);
        insert_intent_of_any(session, intent_of(context, row, on->intent, now));
        on->row = std::make_shared<const grant_row>(std::move(row));
        order.aboard = std::move(on);
    }
    return orders;
}

// Of the claims that began with these intents, those whose orders have nothing to depart with end.
void end_others(
    unsent_intents& unsent, const intent_ids& begun, const std::unordered_set<grant_id>& anew,
    const std::vector<refresh_order>& orders
) {
    std::unordered_set<grant_id> aboard;
    for (const auto& order : orders) {
        if (order.aboard) {
            aboard.insert(order.grant);
        }
    }
    for (const auto& [grant, intent] : begun) {
        if (aboard.contains(grant)) {
            continue;
        }
        if (anew.contains(grant)) {
            unsent.drop_claim(grant);
        } else {
            unsent.end_claim(grant);
        }
    }
}

}  // namespace

auto claim_refreshes(oauth_context& context, unsent_intents& unsent, std::vector<due_grant> wanted)
    -> boost::asio::awaitable<result<claimed_refreshes>> {
    if (wanted.empty()) {
        co_return claimed_refreshes{};
    }
    auto intents = std::make_shared<intent_ids>();
    std::unordered_set<grant_id> anew;
    for (const auto& one : wanted) {
        const auto made = make_uuid(context.time, context.random);
        auto intent = unsent.claim(one.id, made);
        if (intent == made) {
            anew.insert(one.id);
        }
        intents->emplace(one.id, std::move(intent));
    }
    const auto count = wanted.size();
    auto claim = [&context, wanted = std::move(wanted),
                  intents](sql_session& session) -> result<std::vector<refresh_order>> {
        return claim_in(session, context, wanted, *intents);
    };
    auto claimed = co_await context.db.as_service(access::write, std::move(claim));
    if (claimed.has_error()) {
        end_others(unsent, *intents, {}, {});
        co_return claimed.error();
    }
    end_others(unsent, *intents, anew, *claimed);
    claimed_refreshes made;
    made.others_took_some = claimed->size() < count;
    made.orders = std::move(*claimed);
    co_return made;
}

}  // namespace tenon::host
