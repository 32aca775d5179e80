#include "oauth/refresh.hpp"

#include "oauth/audit_entry.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/refresh_boarding.hpp"
#include "oauth/refresh_claim.hpp"
#include "oauth/refresh_flight.hpp"
#include "oauth/single_flight.hpp"
#include "store/connection_grants.hpp"
#include "store/connections.hpp"
#include "store/database.hpp"

namespace tenon::host {
namespace {

auto earliest(std::optional<time_point> left, std::optional<time_point> right)
    -> std::optional<time_point> {
    return left && right ? std::min(*left, *right) : (left ? left : right);
}

// Of a grant, what it takes to judge whether it is refreshed.
struct held_grant {
    grant_id id;
    grant_life life;
};

auto grants_of(oauth_context& context, actor by, account_selector which, provider_handle provider)
    -> boost::asio::awaitable<result<std::vector<held_grant>>> {
    auto read = [user = by.user, which,
                 provider](sql_session& session) -> result<std::vector<held_grant>> {
        const auto connection = find_connection(session, user, which.provider, which.account);
        if (!connection) {
            return fail(errc::not_found, "the user has no such connection");
        }
        if (connection->state == connection_state::expired) {
            return fail(
                errc::reconnect_required,
                "the grant is dead (" + connection->state_reason + "); connect the account again"
            );
        }
        std::vector<held_grant> held;
        for (const auto& row : grants_of_connection(session, connection->id)) {
            held.push_back({row.id, life_of(row, provider.get())});
        }
        return held;
    };
    return context.db.with_org(by.org, access::read, std::move(read));
}

}  // namespace

struct refresher::implementation {
    explicit implementation(oauth_context& shared) : context(shared), flights(shared.background) {}

    // Who waits for a refresh whose answer can't be stored is told so; it goes on.
    auto listener_of(const grant_id& grant) -> overdue_listener {
        return [this, grant](const error& why) { flights.tell_meanwhile(grant, why); };
    }

    oauth_context& context;
    single_flight<grant_id, result<shared_grant>> flights;
    unsent_intents unsent;
};

refresher::refresher(oauth_context& context)
    : implementation_(std::make_unique<implementation>(context)) {}

refresher::~refresher() = default;

auto refresher::refresh(refresh_order order) -> boost::asio::awaitable<result<shared_grant>> {
    auto& self = *implementation_;
    auto grant = order.grant;
    auto work = [&self, order = std::move(order)] {
        return fly_refresh(self.context, self.unsent, order, self.listener_of(order.grant));
    };
    return self.flights.run(std::move(grant), std::move(work));
}

auto refresher::claim(std::vector<due_grant> wanted)
    -> boost::asio::awaitable<result<claimed_refreshes>> {
    auto& self = *implementation_;
    // What is under way, though its lease is over, may write at any moment.
    std::erase_if(wanted, [&self](const due_grant& one) {
        return self.flights.is_under_way(one.id);
    });
    return claim_refreshes(self.context, self.unsent, std::move(wanted));
}

auto refresher::refresh_claimed(refresh_order order)
    -> boost::asio::awaitable<result<shared_grant>> {
    auto& unsent = implementation_->unsent;
    auto refreshing = refresh(order);
    auto renewed = co_await std::move(refreshing);
    if (!order.aboard) {
        co_return renewed;
    }
    if (unsent.may_depart(order.grant, order.aboard->intent)) {
        // That one may have waited for long, and the grant may have moved: it is looked at anew.
        unsent.overtake(order.grant);
        auto once_more = refresh(order);
        renewed = co_await std::move(once_more);
    }
    unsent.end_claim(order.grant);
    co_return renewed;
}

auto refresher::refresh_connection(actor by, account_selector which)
    -> boost::asio::awaitable<result<refresh_report>> {
    auto& context = implementation_->context;
    auto provider = co_await context.providers.acquire(which.provider.text());
    if (provider.has_error()) {
        co_return provider.error();
    }
    auto reading = grants_of(context, by, which, std::move(*provider));
    auto grants = co_await std::move(reading);
    if (grants.has_error()) {
        co_return grants.error();
    }
    refresh_report report;
    bool renewable = false;
    for (const auto& grant : *grants) {
        const auto& life = grant.life;
        const auto now = context.time.now();
        renewable = renewable || !is_over(life, now);
        // One that is dead for good is taken along: the flight says so, and writes it down.
        if (!may_refresh(life, now) && (is_alive(life, now) || !is_over(life, now))) {
            report.expires_at = earliest(report.expires_at, life.expires_at);
            continue;
        }
        refresh_order order{by.org, grant.id, which.provider, refresh_reason::asked};
        auto refreshing = refresh(std::move(order));
        auto renewed = co_await std::move(refreshing);
        if (renewed.has_error()) {
            co_return renewed.error();
        }
        report.refreshed = true;
        report.expires_at = earliest(report.expires_at, (*renewed)->expires_at);
    }
    if (!renewable && !report.expires_at) {
        report.note = "the token has no end, and needs no refresh";
        co_return report;
    }
    if (!renewable) {
        co_return fail(
            errc::unsupported_by_provider,
            "this connection's tokens have nothing to be refreshed with: they live until the "
            "provider ends them"
        );
    }
    if (!report.refreshed) {
        report.note = "the provider does not renew this token yet; it is the freshest there is";
    }
    co_return report;
}

auto refresher::in_flight() const -> std::size_t {
    return implementation_->flights.size();
}

}  // namespace tenon::host
