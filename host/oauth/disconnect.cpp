#include "oauth/disconnect.hpp"

#include "oauth/apart.hpp"
#include "oauth/departure.hpp"
#include "oauth/token_cache.hpp"
#include "provider/registry.hpp"
#include "store/confirmations.hpp"
#include "store/database.hpp"
#include "store/erasures.hpp"

namespace tenon::host {
namespace {

// Who connects or confirms at this moment is waited for, and is seen; or waits, and finds nothing.
auto find_leaving(
    sql_session& session, const oauth_context& context, const actor& by,
    const account_selector& which
) -> result<std::vector<leaving>> {
    const auto& user = by.user;
    const auto now = context.time.now();
    hold_user(session, by.user);
    std::vector<connection_row> rows;
    if (which.account.empty()) {
        rows = all_connections(session, user, which.provider);
    } else if (auto one = find_connection(session, user, which.provider, which.account)) {
        rows.push_back(std::move(*one));
    }
    // What waits to be confirmed is discarded in the background, as if nobody had. For an account
    // it waits under ids of its own: a stored connection's id does not name it.
    const bool one = !which.account.empty() && !rows.empty();
    const auto& what = one ? rows.front().account.text() : which.account;
    const auto waiting = expire_confirmations(session, user, which.provider, what, now);
    if (rows.empty() && waiting == 0) {
        return fail(errc::not_found, "the user has no such connection");
    }
    std::vector<leaving> all;
    for (auto& row : rows) {
        all.push_back(begin_leaving(session, std::move(row), consent_end::disconnected, now));
    }
    return all;
}

auto leave(oauth_context& context, actor by, account_selector which)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    auto look = [&context, by, which](sql_session& session) {
        return find_leaving(session, context, by, which);
    };
    auto found = co_await context.db.with_org(by.org, access::write, std::move(look));
    if (found.has_error()) {
        const auto known = context.providers.find(which.provider.text());
        const bool nobody = known.has_error() && known.error().code == errc::unknown_provider;
        co_return nobody&& found.error().code == errc::not_found ? known.error() : found.error();
    }
    for (const auto& gone : *found) {
        context.cache.forget(gone.connection.id);
    }
    context.cache.marks().touch(by.org, by.user);
    auto ended = co_await finish_leaving_together(context, std::move(by), std::move(*found));
    std::vector<revocation> outcomes;
    for (auto& one : ended) {
        if (one.has_error()) {
            co_return one.error();
        }
        outcomes.insert(outcomes.end(), one->begin(), one->end());
    }
    co_return outcomes;
}

}  // namespace

auto disconnect(oauth_context& context, actor by, account_selector which)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    auto work = [&context, by = std::move(by), which = std::move(which)] {
        return leave(context, by, which);
    };
    return run_apart<result<std::vector<revocation>>>(context, std::move(work));
}

}  // namespace tenon::host
