#include "oauth/lapsing.hpp"

#include "base/log.hpp"
#include "crypto/envelope.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/discarding.hpp"
#include "oauth/erasure_receipt.hpp"
#include "oauth/park.hpp"
#include "oauth/persist.hpp"
#include "oauth/revoking.hpp"
#include "store/leases.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

constexpr milliseconds unknown_key_patience = std::chrono::hours(24);
const std::string lease_name = "confirmations";

using confirmation_rows = std::vector<confirmation_row>;

// Where a key was promoted a moment ago, other hosts have it already.
auto is_for_others(const oauth_context& context, const confirmation_row& row, time_point now)
    -> bool {
    const auto key = key_id_of(row.sealed);
    // What a disconnect made expire has no time of expiry of its own any more.
    const auto since = std::max(row.expires_at, row.created_at);
    return key && !context.seal.knows_key(*key) && now < since + unknown_key_patience;
}

auto find_due(sql_session& session, const oauth_context& context, time_point now)
    -> confirmation_rows {
    confirmation_rows due;
    confirmation_row last;
    for (;;) {
        auto some = expired_confirmations(session, now, lapsed_batch, last);
        const bool more = some.size() == lapsed_batch;
        for (auto& row : some) {
            last.expires_at = row.expires_at;
            last.code_hash = row.code_hash;
            if (!is_for_others(context, row, now) && due.size() < lapsed_batch) {
                due.push_back(std::move(row));
            }
        }
        if (!more || due.size() == lapsed_batch) {
            return due;
        }
    }
}

// For as long as the work on one row may take, which revokes that many grants; the margin is for
// the clocks of other hosts.
auto hold(sql_session& session, const oauth_context& context, std::size_t grants) -> bool {
    const auto now = context.time.now();
    const auto work =
        context.options.operation_deadline + revoke_deadline * static_cast<std::int64_t>(grants);
    const auto until = now + work + confirmation_margin;
    return take_lease(session, lease_name, context.options.instance, until, now);
}

auto claim_lapsed(oauth_context& context) -> boost::asio::awaitable<result<confirmation_rows>> {
    auto look = [&context](sql_session& session) -> result<confirmation_rows> {
        return find_due(session, context, context.time.now());
    };
    auto found = co_await context.db.as_service(access::read, look);
    if (found.has_error() || found->empty()) {
        co_return found;
    }
    // Only what is there while the lease is ours is nobody else's.
    auto work = [&context, look](sql_session& session) -> result<confirmation_rows> {
        return hold(session, context, 0) ? look(session) : confirmation_rows{};
    };
    co_return co_await context.db.as_service(access::write, std::move(work));
}

auto renew(oauth_context& context, std::size_t grants) -> boost::asio::awaitable<bool> {
    auto work = [&context, grants](sql_session& session) -> result<bool> {
        return hold(session, context, grants);
    };
    const auto ours = co_await context.db.as_service(access::write, std::move(work));
    co_return ours.has_value() && *ours;
}

// What can't be opened is only forgotten.
auto drop(oauth_context& context, actor by, confirmation_row row, std::string why)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    log(log_level::warn, "tokens that nobody confirmed are not revoked",
        {{log_key::provider, row.provider.text()}, {log_key::detail, why}});
    audit_entry entry;
    entry.action = "connection.discarded";
    entry.provider = row.provider;
    entry.outcome = code_of(errc::internal);
    entry.detail = outcomes_json({});
    auto erase = [&context, by, entry, hash = row.code_hash](sql_session& session) -> result<void> {
        const bool for_good = is_being_erased(session, context, by);
        if (!delete_confirmation(session, hash)) {
            return {};
        }
        write_audit(session, context, by, entry);
        if (for_good) {
            note_erased(session, context, by, {.unconfirmed = 1});
        }
        return {};
    };
    const auto done = co_await persist(context, by.org, std::move(erase));
    if (done.has_error()) {
        co_return done.error();
    }
    co_return std::vector<revocation>{};
}

}  // namespace

auto discard_lapsed(oauth_context& context, std::function<bool()> stopping)
    -> boost::asio::awaitable<std::size_t> {
    auto found = co_await claim_lapsed(context);
    if (found.has_error()) {
        co_return 0;
    }
    std::size_t gone = 0;
    for (auto& row : *found) {
        if (stopping()) {
            break;
        }
        const auto what = open_parked(context, row);
        const std::size_t grants = what.has_value() ? what->grants.size() : 0;
        const bool ours = co_await renew(context, grants);
        if (!ours) {
            break;
        }
        const actor by{row.org, row.user, "recovery", {}};
        const auto done = co_await discard_parked(context, by, std::move(row));
        gone += done.has_value() ? 1 : 0;
    }
    co_return gone;
}

auto discard_parked(oauth_context& context, actor by, confirmation_row row)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    auto what = open_parked(context, row);
    if (what.has_error()) {
        co_return co_await drop(context, std::move(by), std::move(row), what.error().message);
    }
    what->by = std::move(by);
    what->confirmation = row.code_hash;
    what->connection = row.connection;
    co_return co_await discard(context, std::move(*what), errc::invalid_state);
}

}  // namespace tenon::host
