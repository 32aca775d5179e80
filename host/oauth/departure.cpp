#include "oauth/departure.hpp"

#include "oauth/side_by_provider.hpp"
#include "store/connections.hpp"

#include <algorithm>
#include <iterator>

namespace tenon::host {
namespace {

constexpr std::size_t page = 500;

using outcome = result<std::vector<revocation>>;

auto leave(oauth_context& context, const actor& by, leaving& gone, outcome& became)
    -> boost::asio::awaitable<void> {
    auto done = co_await finish_leaving(context, by, std::move(gone));
    became = std::move(done);
}

}  // namespace

auto all_connections(
    sql_session& session, const user_id& user, const std::optional<provider_id>& at
) -> std::vector<connection_row> {
    std::vector<connection_row> all;
    connection_query query;
    query.user = user;
    query.provider = at;
    query.limit = page;
    for (;;) {
        auto some = list_connections(session, query);
        const bool full = some.size() == query.limit;
        std::move(some.begin(), some.end(), std::back_inserter(all));
        if (!full) {
            return all;
        }
        query.after = all.back().id;
    }
}

auto finish_leaving_together(oauth_context& context, actor by, std::vector<leaving> gone)
    -> boost::asio::awaitable<std::vector<result<std::vector<revocation>>>> {
    std::vector<outcome> outcomes(gone.size(), std::vector<revocation>{});
    std::vector<provider_work> all;
    auto became = outcomes.begin();
    for (auto& from : gone) {
        provider_work one{from.connection.provider, {}};
        one.begin = [&context, &by, &from, &to = *became++] {
            return leave(context, by, from, to);
        };
        all.push_back(std::move(one));
    }
    co_await side_by_provider(std::move(all));
    co_return outcomes;
}

}  // namespace tenon::host
