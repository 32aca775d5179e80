#include "oauth/departure.hpp"

#include "base/side_by_side.hpp"
#include "store/connections.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

constexpr std::size_t page = 500;
constexpr std::size_t at_once = 16;  // each may wait for the provider

// What leaves, and what became of it.
struct departure {
    oauth_context& context;
    actor by;
    std::vector<leaving> gone;
    std::vector<result<std::vector<revocation>>> outcomes;
    std::size_t next = 0;
};

// One of several that take connections until none is left; all on one strand.
auto leave_lane(departure& all) -> boost::asio::awaitable<void> {
    while (all.next < all.gone.size()) {
        const auto index = all.next++;
        auto outcome = co_await finish_leaving(all.context, all.by, std::move(all.gone[index]));
        all.outcomes[index] = std::move(outcome);
    }
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
    departure all{context, std::move(by), std::move(gone), {}, 0};
    all.outcomes.resize(all.gone.size(), std::vector<revocation>{});
    std::vector<boost::asio::awaitable<void>> lanes;
    for (std::size_t i = 0; i < std::min(at_once, all.gone.size()); ++i) {
        lanes.push_back(leave_lane(all));
    }
    co_await side_by_side(std::move(lanes));
    co_return std::move(all.outcomes);
}

}  // namespace tenon::host
