#include "oauth/status.hpp"

#include "oauth/connection_views.hpp"
#include "oauth/health.hpp"
#include "oauth/status_cache.hpp"
#include "oauth/token_cache.hpp"
#include "store/connection_grants.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <unordered_map>

namespace tenon::host {
namespace {

constexpr std::size_t most_per_page = 500;

// A connection's lives stand side by side, the main one's first.
using lives_by_connection = std::unordered_map<connection_id, std::span<const connection_life>>;

auto by_connection(const std::vector<connection_life>& rows) -> lives_by_connection {
    lives_by_connection found;
    for (std::size_t begin = 0; begin < rows.size();) {
        auto end = begin + 1;
        while (end < rows.size() && rows[end].connection == rows[begin].connection) {
            ++end;
        }
        found.emplace(rows[begin].connection, std::span(rows).subspan(begin, end - begin));
        begin = end;
    }
    return found;
}

auto with_lives(
    const std::vector<connection_row>& rows, const std::vector<connection_life>& lives,
    time_point now
) -> std::vector<connection_view> {
    const auto known = by_connection(lives);
    std::vector<connection_view> views;
    views.reserve(rows.size());
    for (const auto& row : rows) {
        const auto found = known.find(row.id);
        const auto its = found == known.end() ? std::span<const connection_life>() : found->second;
        views.push_back(to_view(row, its, now));
    }
    return views;
}

// All of the user's, a page at a time.
auto all_of(sql_session& session, const user_id& user) -> std::vector<connection_row> {
    std::vector<connection_row> all;
    connection_query query;
    query.user = user;
    query.limit = most_per_page;
    for (;;) {
        auto page = list_connections(session, query);
        const bool full = page.size() == query.limit;
        std::move(page.begin(), page.end(), std::back_inserter(all));
        if (!full) {
            return all;
        }
        query.after = all.back().id;
    }
}

auto read_status(sql_session& session, const user_id& user, time_point now)
    -> std::shared_ptr<cached_status> {
    auto status = std::make_shared<cached_status>();
    status->views = with_lives(all_of(session, user), lives_of_user(session, user), now);
    for (const auto& view : status->views) {
        status->depends_on.push_back(view.id.text());
    }
    for (const auto& grant : grants_of_user(session, user)) {
        status->depends_on.push_back(grant.text());
    }
    for (const auto& waiting : list_confirmations(session, {.user = user}, now)) {
        status->views.push_back(to_view(waiting));
    }
    return status;
}

auto connected_ones(
    sql_session& session, const connection_filter& filter, std::size_t limit, time_point now
) -> std::vector<connection_view> {
    if (filter.status == connection_status::pending) {
        return {};
    }
    connection_query query;
    query.user = filter.user;
    query.provider = filter.provider;
    if (filter.status) {
        query.state = *filter.status == connection_status::expired ? connection_state::expired
                                                                   : connection_state::connected;
    }
    query.after = connection_id(filter.cursor);
    query.limit = limit;
    const auto rows = list_connections(session, query);
    std::vector<connection_id> ids;
    for (const auto& row : rows) {
        ids.push_back(row.id);
    }
    return with_lives(rows, lives_of(session, ids), now);
}

auto waiting_ones(
    sql_session& session, const connection_filter& filter, std::size_t limit, time_point now
) -> std::vector<connection_view> {
    std::vector<connection_view> views;
    if (filter.status.value_or(connection_status::pending) != connection_status::pending) {
        return views;
    }
    confirmation_query query;
    query.user = filter.user;
    query.provider = filter.provider;
    query.after = connection_id(filter.cursor);
    query.limit = limit;
    for (const auto& row : list_confirmations(session, query, now)) {
        views.push_back(to_view(row));
    }
    return views;
}

auto read_page(
    sql_session& session, const connection_filter& filter, std::size_t limit, time_point now
) -> connection_page {
    const auto connected = connected_ones(session, filter, limit + 1, now);
    const auto waiting = waiting_ones(session, filter, limit + 1, now);
    connection_page page;
    std::ranges::merge(
        connected, waiting, std::back_inserter(page.items), {}, &connection_view::id,
        &connection_view::id
    );
    if (page.items.size() > limit) {
        page.items.resize(limit);
        page.next_cursor = page.items.back().id.text();
    }
    return page;
}

}  // namespace

auto to_text(connection_status status) -> std::string_view {
    switch (status) {
        case connection_status::connected: return "connected";
        case connection_status::expired: return "expired";
        case connection_status::pending: return "pending";
    }
    return "expired";
}

auto to_view(const connection_row& row, std::span<const connection_life> lives, time_point now)
    -> connection_view {
    connection_view view;
    view.id = row.id;
    view.user = row.user;
    view.provider = row.provider;
    view.account = row.account;
    view.status = row.state == connection_state::connected ? connection_status::connected
                                                           : connection_status::expired;
    view.status_reason = row.state_reason;
    view.expires_at = lives.empty() ? std::nullopt : lives.front().expires_at;
    view.health = health_of(view.status, view.status_reason, lives, now);
    view.scope = row.scope;
    view.metadata_json = row.metadata;
    view.created_at = row.created_at;
    view.updated_at = row.updated_at;
    return view;
}

auto to_view(const confirmation_row& row) -> connection_view {
    connection_view view;
    view.id = row.connection;
    view.user = row.user;
    view.provider = row.provider;
    view.account = row.account;
    view.status = connection_status::pending;
    view.scope = row.scope;
    view.metadata_json = row.metadata;
    view.created_at = view.updated_at = row.created_at;
    return view;
}

auto read_view(oauth_context& context, org_id org, connection_row row)
    -> boost::asio::awaitable<result<connection_view>> {
    auto read = [id = row.id](sql_session& session) -> result<std::vector<connection_life>> {
        return lives_of(session, {id});
    };
    const auto lives = co_await context.db.with_org(std::move(org), access::read, std::move(read));
    if (lives.has_error()) {
        co_return lives.error();
    }
    co_return to_view(row, *lives, context.time.now());
}

auto list_integrations(oauth_context& context, org_id org, user_id user)
    -> boost::asio::awaitable<result<std::shared_ptr<const cached_status>>> {
    const auto now = context.time.now();
    if (auto known = context.statuses.find(org, user, now)) {
        co_return known;
    }
    const auto mark = context.cache.marks().now();
    auto read = [user, now](sql_session& session) -> result<std::shared_ptr<cached_status>> {
        return read_status(session, user, now);
    };
    auto status = co_await context.db.with_org(org, access::read, std::move(read));
    if (status.has_error()) {
        co_return status.error();
    }
    (*status)->read_at_mark = mark;
    (*status)->read_at = now;
    const std::shared_ptr<const cached_status> answer = std::move(*status);
    context.statuses.put(org, user, answer);
    co_return answer;
}

auto list_connections(oauth_context& context, org_id org, connection_filter filter)
    -> boost::asio::awaitable<result<connection_page>> {
    // It is the last id of the page before.
    if (!filter.cursor.empty() && !is_uuid(filter.cursor)) {
        auto problem = fail(errc::invalid_request, "the cursor is not one of ours");
        problem.details.push_back({"cursor", "take nextCursor of the page before"});
        co_return problem;
    }
    const auto limit = std::clamp<std::size_t>(filter.limit, 1, most_per_page);
    auto read = [filter, limit, now = context.time.now()](sql_session& session
                ) -> result<connection_page> { return read_page(session, filter, limit, now); };
    co_return co_await context.db.with_org(org, access::read, std::move(read));
}

}  // namespace tenon::host
