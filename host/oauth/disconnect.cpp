#include "oauth/disconnect.hpp"

#include "oauth/audit_entry.hpp"
#include "oauth/exchange.hpp"
#include "oauth/landing.hpp"
#include "oauth/operations.hpp"
#include "oauth/persist.hpp"
#include "oauth/sealing.hpp"
#include "oauth/token_cache.hpp"
#include "store/changes.hpp"
#include "store/connection_grants.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

constexpr milliseconds revoke_deadline{15'000};
constexpr milliseconds lease_poll{100};

// A connection on its way out, and the grants that go with it.
struct leaving {
    connection_row connection;
    std::vector<grant_row> grants;
};

// From here on no reader gets a token: the connection is dead whatever happens to this process.
auto begin_leaving(sql_session& session, connection_row row, time_point now) -> leaving {
    leaving gone;
    set_connection_state(session, row.id, connection_state::expired, "disconnected", now);
    append_change(session, change_kind::connection, row.id.text(), now);
    gone.grants = grants_of_connection(session, row.id);
    gone.connection = std::move(row);
    return gone;
}

auto find_leaving(
    sql_session& session, const user_id& user, const account_selector& which, time_point now
) -> result<std::vector<leaving>> {
    std::vector<connection_row> rows;
    if (which.account.empty()) {
        connection_query query;
        query.user = user;
        query.provider = which.provider;
        query.limit = 500;
        rows = list_connections(session, query);
    } else if (auto one = find_connection(session, user, which.provider, which.account)) {
        rows.push_back(std::move(*one));
    }
    if (rows.empty()) {
        return fail(errc::not_found, "the user has no such connection");
    }
    std::vector<leaving> all;
    for (auto& row : rows) {
        all.push_back(begin_leaving(session, std::move(row), now));
    }
    return all;
}

// Whether anybody else uses the grant: then the leaving connection lets go of it here and now, so
// that of several that leave at once the last one revokes. If nobody does, it is leased, so that no
// refresh makes new tokens meanwhile.
enum class hold { shared, leased, busy, gone };

auto try_hold(oauth_context& context, org_id org, connection_id leaver, grant_id grant)
    -> boost::asio::awaitable<result<hold>> {
    auto attempt = [&context, leaver, grant](sql_session& session) -> result<hold> {
        if (!lock_grant(session, grant)) {
            return hold::gone;
        }
        if (is_used_by_others(session, grant, leaver)) {
            unlink_grant(session, leaver, grant);
            return hold::shared;
        }
        const auto row = find_grant(session, grant);
        if (!row || row->state == grant_state::dead) {
            return row ? hold::leased : hold::gone;
        }
        const auto now = context.time.now();
        const auto until = now + revoke_deadline + milliseconds(5'000);
        const auto owner = context.options.instance + "/disconnect";
        return take_grant_lease(session, grant, owner, until, now) ? hold::leased : hold::busy;
    };
    co_return co_await context.db.with_org(org, access::write, std::move(attempt));
}

auto hold_grant(oauth_context& context, org_id org, connection_id leaver, grant_id grant)
    -> boost::asio::awaitable<result<hold>> {
    boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor);
    const auto give_up = context.time.now() + context.options.lease;
    for (;;) {
        auto held = co_await try_hold(context, org, leaver, grant);
        if (held.has_error() || *held != hold::busy || context.time.now() > give_up) {
            co_return held;
        }
        pause.expires_after(lease_poll);
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
}

auto reread(oauth_context& context, org_id org, grant_id id)
    -> boost::asio::awaitable<result<grant_row>> {
    auto look = [id](sql_session& session) -> result<grant_row> {
        auto row = find_grant(session, id);
        if (!row) {
            return fail(errc::not_found, "the grant is gone");
        }
        return std::move(*row);
    };
    co_return co_await context.db.with_org(org, access::read, std::move(look));
}

auto revoke_request(const oauth_context& context, const grant_row& grant)
    -> result<operation_request> {
    operation_request request;
    request.kind = operation_kind::revoke;
    request.connect = params_from_json(grant.connect_params);
    request.slot = plugin_slot(grant.slot);
    request.client_id = grant.client_id;
    request.deadline = revoke_deadline;
    const auto open = [&](sealed_column column, const std::string& sealed) {
        return open_from(context.seal, grant.org, grant.id.text(), column, sealed);
    };
    auto access_token = open(sealed_column::grant_access_token, grant.access_token);
    if (access_token.has_error()) {
        return access_token.error();
    }
    request.secrets.access_token = std::move(*access_token);
    if (grant.refresh_token) {
        auto refresh_token = open(sealed_column::grant_refresh_token, *grant.refresh_token);
        if (refresh_token.has_error()) {
            return refresh_token.error();
        }
        request.secrets.refresh_token = std::move(*refresh_token);
    }
    return request;
}

// `revoked`, or why not: see views.hpp.
auto revoke_grant(oauth_context& context, org_id org, connection_id leaver, grant_id id)
    -> boost::asio::awaitable<std::string> {
    auto held = co_await hold_grant(context, org, std::move(leaver), id);
    if (held.has_error()) {
        co_return "failed";
    }
    if (*held == hold::shared) {
        co_return "kept";
    }
    auto grant = co_await reread(context, org, id);  // a refresh may have renewed it meanwhile
    if (grant.has_error() || grant->access_token.empty()) {
        co_return "nothing";
    }
    auto provider = co_await context.providers.acquire(grant->provider.text());
    if (provider.has_error()) {
        co_return "failed";
    }
    if (!(*provider)->supports(operation_kind::revoke)) {
        co_return "unsupported";
    }
    auto request = revoke_request(context, *grant);
    if (request.has_error()) {
        co_return "failed";
    }
    auto revoked = co_await perform(context, *provider, std::move(*request));
    if (revoked.has_value()) {
        co_return "revoked";
    }
    const auto category = revoked.error().category;
    co_return category == failure_category::unsupported ? "unsupported" : "failed";
}

auto outcomes_json(const std::vector<revocation>& outcomes) -> std::string {
    nlohmann::json detail{{"revocations", nlohmann::json::array()}};
    for (const auto& one : outcomes) {
        detail["revocations"].push_back({{"slot", one.slot}, {"outcome", one.outcome}});
    }
    return detail.dump();
}

auto erase(oauth_context& context, actor by, leaving gone, std::vector<revocation> outcomes)
    -> boost::asio::awaitable<result<void>> {
    auto write = [&context, by, gone, outcomes](sql_session& session) -> result<void> {
        const auto now = context.time.now();
        delete_connection(session, gone.connection.id);
        for (const auto& grant : gone.grants) {
            if (erase_grant_if_unreferenced(session, grant.id)) {
                append_change(session, change_kind::grant, grant.id.text(), now);
            }
        }
        append_change(session, change_kind::connection, gone.connection.id.text(), now);
        audit_entry entry;
        entry.action = "connection.disconnected";
        entry.provider = gone.connection.provider;
        entry.connection = gone.connection.id;
        entry.detail = outcomes_json(outcomes);
        write_audit(session, context, by, entry);
        return {};
    };
    co_return co_await persist(context, by.org, std::move(write));
}

}  // namespace

auto disconnect(oauth_context& context, actor by, account_selector which)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    auto look = [user = by.user, which, now = context.time.now()](sql_session& session) {
        return find_leaving(session, user, which, now);
    };
    auto all = co_await context.db.with_org(by.org, access::write, std::move(look));
    if (all.has_error()) {
        const auto known = context.providers.find(which.provider.text());
        const bool nobody = known.has_error() && known.error().code == errc::unknown_provider;
        co_return nobody&& all.error().code == errc::not_found ? known.error() : all.error();
    }
    for (const auto& gone : *all) {
        context.cache.forget(gone.connection.id);
    }
    std::vector<revocation> outcomes;
    for (auto& gone : *all) {
        std::vector<revocation> of_this;
        for (const auto& grant : gone.grants) {
            auto outcome = co_await revoke_grant(context, by.org, gone.connection.id, grant.id);
            of_this.push_back({grant.slot, std::move(outcome)});
        }
        auto erased = co_await erase(context, by, gone, of_this);
        if (erased.has_error()) {
            co_return erased.error();
        }
        for (const auto& grant : gone.grants) {
            context.cache.forget(grant.id);
        }
        context.cache.marks().touch(by.org, by.user);
        outcomes.insert(outcomes.end(), of_this.begin(), of_this.end());
    }
    co_return outcomes;
}

}  // namespace tenon::host
