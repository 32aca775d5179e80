#include "oauth/token.hpp"

#include "oauth/grant_state.hpp"
#include "oauth/observer.hpp"
#include "oauth/refresh.hpp"
#include "oauth/refresh_hold.hpp"
#include "oauth/token_cache.hpp"
#include "store/connection_grants.hpp"
#include "store/database.hpp"

namespace tenon::host {
namespace {

auto key_of(const token_request& request) -> token_key {
    return {
        request.org, request.user, request.which.provider.text(), request.which.account,
        request.slot};
}

struct stored_token {
    connection_id connection;
    shared_grant row;
};

// The connection's slots by their names, the main one first.
auto no_such_slot(sql_session& session, const connection_id& connection) -> error {
    std::string known;
    for (const auto& link : links_of_connection(session, connection)) {
        known += (known.empty() ? "" : ", ") + link.slot;
    }
    auto problem =
        fail(errc::not_found, "the connection has no token in that slot; there are: " + known);
    problem.details.push_back({"slot", "is none of: " + known});
    return problem;
}

// What the database says of the token that is asked for.
auto find_stored(sql_session& session, const token_request& request) -> result<stored_token> {
    auto found = find_connected_grant(
        session, request.user, request.which.provider, request.which.account, request.slot
    );
    if (!found) {
        return fail(errc::not_found, "the user has no such connection");
    }
    if (found->state == connection_state::expired) {
        return fail(
            errc::reconnect_required,
            "the grant is dead (" + found->state_reason + "); connect the account again"
        );
    }
    if (!found->grant) {
        return no_such_slot(session, found->connection);
    }
    if (found->grant->state == grant_state::dead) {
        return fail(
            errc::reconnect_required,
            "the grant is dead (" + found->grant->last_failure + "); connect the account again"
        );
    }
    return stored_token{
        std::move(found->connection), std::make_shared<const grant_row>(std::move(*found->grant))};
}

auto code_of_failure(const grant_row& row) -> errc {
    for (const auto one :
         {errc::provider_misconfigured, errc::rate_limited, errc::provider_error,
          errc::provider_timeout}) {
        if (row.failure_code == code_of(one)) {
            return one;
        }
    }
    return errc::provider_unavailable;
}

// A refresh failed a moment ago: don't ask again for every reader.
auto backing_off(const grant_row& row, time_point now) -> std::optional<error> {
    if (row.failures == 0 || !row.next_refresh_at || *row.next_refresh_at <= now) {
        return std::nullopt;
    }
    auto reason = fail(
        code_of_failure(row),
        "the token has expired and could not be refreshed (" + row.last_failure + ")"
    );
    reason.retry_after = std::chrono::ceil<std::chrono::seconds>(*row.next_refresh_at - now);
    return reason;
}

// The same of a refresh that was put off.
auto told_to_wait(oauth_context& context, const grant_row& row, const provider_instance* provider)
    -> std::optional<error> {
    auto failed = backing_off(row, context.time.now());
    return failed || provider == nullptr ? failed : still_held(context, row, *provider);
}

auto lives_for(const grant_row& row, time_point now, milliseconds minimum) -> bool {
    return !row.expires_at || *row.expires_at - now >= minimum;
}

// To who waited for a refresh, when it has ended; `before` is what there was.
auto answer_after(
    const oauth_context& context, const result<shared_grant>& renewed, const cached_grant& before,
    const provider_instance* provider
) -> result<token_answer> {
    const auto now = context.time.now();
    if (renewed.has_value()) {
        const auto fresh = to_cached(**renewed, provider);
        if (!is_alive(fresh->life, now)) {
            return fail(
                errc::provider_error, "the provider answered with a token that has expired already"
            );
        }
        return to_answer(context.seal, *fresh);
    }
    const bool still_good = renewed.error().code != errc::reconnect_required &&
                            renewed.error().code != errc::not_found && is_alive(before.life, now);
    return still_good ? to_answer(context.seal, before) : renewed.error();
}

auto lapsed() -> error {
    return fail(
        errc::reconnect_required,
        "the token has expired, and there is nothing to refresh it with; connect the account again"
    );
}

}  // namespace

token_reader::token_reader(oauth_context& context, refresher& refresh)
    : context_(context), refresh_(refresh) {}

auto token_reader::cached(const token_request& request) -> std::optional<token_answer> {
    return cached(key_of(request), request.minimum_lifetime);
}

auto token_reader::cached(const token_key& key, std::chrono::seconds minimum)
    -> std::optional<token_answer> {
    const auto now = context_.time.now();
    const auto [grant, link] = context_.cache.find(key, now);
    if (grant == nullptr || judge_read(grant->life, now, minimum) != read_verdict::serve) {
        return std::nullopt;
    }
    auto answer = to_answer(context_.seal, *grant);
    if (answer.has_error()) {
        return std::nullopt;  // the slow path says why
    }
    answer->connection = link->connection;
    context_.observer.token_read("hit");
    return std::move(*answer);
}

auto token_reader::read(token_request request) -> boost::asio::awaitable<result<token_answer>> {
    connection_id connection;
    auto answer = co_await find_or_renew(std::move(request), connection);
    if (answer.has_value()) {
        answer->connection = std::move(connection);
    }
    co_return answer;
}

auto token_reader::find_or_renew(token_request request, connection_id& connection)
    -> boost::asio::awaitable<result<token_answer>> {
    const auto read_at = context_.cache.marks().now();
    auto look = [request](sql_session& session) { return find_stored(session, request); };
    auto stored = co_await context_.db.with_org(request.org, access::read, std::move(look));
    auto known = context_.providers.find(request.which.provider.text());
    if (stored.has_error()) {
        const bool nobody = stored.error().code == errc::not_found && known.has_error() &&
                            known.error().code == errc::unknown_provider;
        co_return nobody ? known.error() : stored.error();
    }
    connection = stored->connection;
    const grant_row& row = *stored->row;
    if (known.has_error() && !lives_for(row, context_.time.now(), request.minimum_lifetime)) {
        // The issuer's metadata may be missing: without it nothing can be renewed.
        auto fetched = co_await context_.providers.acquire(request.which.provider.text());
        known = std::move(fetched);
    }
    const auto* provider = known.has_value() ? known->get() : nullptr;
    const auto grant = to_cached(row, provider);
    if (provider !=
        nullptr) {  // else what can be renewed later would be remembered as if it could not
        context_.cache.put(key_of(request), stored->connection, grant, read_at);
    }
    const auto now = context_.time.now();
    switch (judge_read(grant->life, now, request.minimum_lifetime)) {
        case read_verdict::serve:
            context_.observer.token_read("miss");
            co_return to_answer(context_.seal, *grant);
        case read_verdict::dead: co_return provider == nullptr ? known.error() : lapsed();
        case read_verdict::refresh_and_wait: break;
    }
    const bool alive = is_alive(grant->life, now);
    if (auto wait = told_to_wait(context_, row, provider)) {
        if (alive) {
            co_return to_answer(context_.seal, *grant);
        }
        co_return std::move(*wait);
    }
    auto renewing = wait_for_renewal(std::move(request), connection, grant, provider);
    co_return co_await std::move(renewing);
}

auto token_reader::wait_for_renewal(
    token_request request, connection_id& connection, std::shared_ptr<const cached_grant> before,
    const provider_instance* provider
) -> boost::asio::awaitable<result<token_answer>> {
    context_.observer.token_read("waited");
    refresh_order order{
        request.org, before->id, request.which.provider, refresh_reason::needed,
        before->generation};
    auto refreshing = refresh_.refresh(std::move(order));
    auto renewed = co_await std::move(refreshing);
    auto answer = answer_after(context_, renewed, *before, provider);
    if (answer.has_error() || is_connected(request, connection, before->id)) {
        co_return answer;
    }
    auto again = look_again(std::move(request), connection, provider);
    co_return co_await std::move(again);
}

auto token_reader::look_again(
    token_request request, connection_id& connection, const provider_instance* provider
) -> boost::asio::awaitable<result<token_answer>> {
    auto look = [request](sql_session& session) { return find_stored(session, request); };
    auto stored = co_await context_.db.with_org(request.org, access::read, std::move(look));
    if (stored.has_error()) {
        co_return stored.error();
    }
    connection = stored->connection;
    const auto grant = to_cached(*stored->row, provider);
    if (is_alive(grant->life, context_.time.now())) {
        co_return to_answer(context_.seal, *grant);
    }
    auto moved = fail(
        errc::provider_unavailable,
        "the account was connected anew while its token was renewed; ask again"
    );
    moved.retry_after = std::chrono::seconds(1);
    co_return moved;
}

auto token_reader::is_connected(
    const token_request& request, const connection_id& connection, const grant_id& grant
) -> bool {
    const auto [known, link] = context_.cache.find(key_of(request), context_.time.now());
    return link != nullptr && link->connection == connection && link->grant == grant;
}

}  // namespace tenon::host
