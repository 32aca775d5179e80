#include "oauth/reconnect.hpp"

#include "store/connections.hpp"
#include "store/database.hpp"

namespace tenon::host {

auto resolve_reconnect(oauth_context& context, actor by, provider_id provider, account_id wanted)
    -> boost::asio::awaitable<result<account_id>> {
    auto find = [user = by.user, provider = std::move(provider),
                 account = wanted.text()](sql_session& session) -> result<account_id> {
        const auto row = find_connection(session, user, provider, account);
        if (!row) {
            return fail(errc::not_found, "the user has no such connection to reconnect");
        }
        return row->account;
    };
    co_return co_await context.db.with_org(by.org, access::read, std::move(find));
}

}  // namespace tenon::host
