#include "oauth/leaving.hpp"

#include "base/log.hpp"
#include "base/pause.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/erasure_receipt.hpp"
#include "oauth/landing.hpp"
#include "oauth/owing.hpp"
#include "oauth/persist.hpp"
#include "oauth/side_by_provider.hpp"
#include "oauth/token_cache.hpp"
#include "store/changes.hpp"
#include "store/connection_grants.hpp"
#include "store/intents.hpp"

namespace tenon::host {
namespace {

constexpr milliseconds leaver_poll{100};
constexpr std::size_t leaving_at_once = 100;  // of each provider

// Whether anybody else uses the grant: then the leaving connection lets go of it here and now, so
// that of several that leave at once the last one revokes. If nobody does, it is leased, so that no
// refresh makes new tokens meanwhile. `back`: its user connected it anew, and the tokens are those
// of that consent.
enum class holding { shared, leased, busy, gone, back };

// The row is the one that was held: who connects from then on brings tokens of his own.
struct leaver_grant {
    holding how = holding::gone;
    std::optional<grant_row> row;
};

constexpr std::string_view as_leaver = "/disconnect";

auto owner_of(const oauth_context& context) -> std::string {
    return context.options.instance + std::string(as_leaver);
}

auto is_back(sql_session& session, const connection_row& leaver) -> bool {
    const auto row = find_connection(session, leaver.user, leaver.provider, leaver.account.text());
    return row && row->id == leaver.id &&
           (row->state != connection_state::expired || row->state_reason != leaving_reason);
}

auto hold_in(
    sql_session& session, const oauth_context& context, const connection_row& leaver,
    const grant_id& grant
) -> leaver_grant {
    if (!lock_grant(session, grant)) {
        return {};
    }
    if (is_back(session, leaver)) {
        return {holding::back, std::nullopt};
    }
    if (is_used_by_others(session, grant, leaver.id)) {
        unlink_grant(session, leaver.id, grant);
        return {holding::shared, std::nullopt};
    }
    auto row = find_grant(session, grant);
    if (!row || row->state == grant_state::dead) {
        return {row ? holding::leased : holding::gone, std::move(row)};
    }
    const auto now = context.time.now();
    const auto until = now + revoke_lease;
    auto leased = take_grant_lease(session, grant, owner_of(context), until, now);
    return {leased ? holding::leased : holding::busy, std::move(leased)};
}

// Looking is cheap; locking writes.
auto looks_busy(oauth_context& context, org_id org, grant_id grant)
    -> boost::asio::awaitable<result<bool>> {
    auto look = [grant, owner = owner_of(context),
                 now = context.time.now()](sql_session& session) -> result<bool> {
        const auto row = find_grant(session, grant);
        return row && row->state == grant_state::live && !row->lease_owner.empty() &&
               row->lease_owner != owner && row->lease_until && *row->lease_until > now;
    };
    co_return co_await context.db.with_org(org, access::read, std::move(look));
}

auto hold_grant(
    oauth_context& context, org_id org, std::shared_ptr<const connection_row> leaver, grant_id grant
) -> boost::asio::awaitable<result<leaver_grant>> {
    auto attempt = [&context, leaver, grant](sql_session& session) -> result<leaver_grant> {
        return hold_in(session, context, *leaver, grant);
    };
    const auto give_up = context.time.now() + context.options.lease;
    bool look_first = false;
    result<bool> busy = false;
    for (;;) {
        if (look_first) {
            busy = co_await looks_busy(context, org, grant);
        }
        if (busy.has_value() && !*busy) {
            auto held = co_await persist(context, org, attempt);
            if (held.has_error() || held->how != holding::busy) {
                co_return held;
            }
        }
        if (context.time.now() > give_up) {
            co_return leaver_grant{holding::busy, std::nullopt};
        }
        look_first = true;
        co_await pause(leaver_poll);
    }
}

auto not_revoked(const grant_row& grant, std::string why) -> settled_tokens {
    return {{grant.slot, std::move(why)}, std::nullopt};
}

// Revoked, owed, or why not: see views.hpp.
auto revoke_grant(
    oauth_context& context, org_id org, std::shared_ptr<const connection_row> leaver,
    grant_row grant
) -> boost::asio::awaitable<settled_tokens> {
    auto held = co_await hold_grant(context, org, std::move(leaver), grant.id);
    if (held.has_error()) {
        co_return not_revoked(grant, "failed");
    }
    if (held->how == holding::shared || held->how == holding::back) {
        co_return not_revoked(grant, "kept");
    }
    if (held->how == holding::busy) {
        held->row = grant;  // who holds it never let go: what was there is revoked
    }
    if (!held->row) {
        co_return not_revoked(grant, "nothing");
    }
    auto tokens = to_revocable(context.seal, *held->row);
    if (tokens.has_error()) {
        co_return not_revoked(grant, "failed");
    }
    co_return co_await revoke_or_owe(context, std::move(org), grant.slot, std::move(*tokens));
}

// The lock makes who lands on the grant at this moment wait, and be seen.
void erase_grant(sql_session& session, const grant_id& grant, time_point now) {
    if (lock_grant(session, grant) && erase_grant_if_unreferenced(session, grant)) {
        append_change(session, change_kind::grant, grant.text(), now);
    }
}

auto erase(oauth_context& context, actor by, leaving gone, std::vector<settled_tokens> settled)
    -> boost::asio::awaitable<result<void>> {
    auto write = [&context, by, gone, settled](sql_session& session) -> result<void> {
        const bool for_good = is_being_erased(session, context, by);
        if (!delete_leaving_connection(session, gone.connection.id)) {
            return {};
        }
        const auto now = context.time.now();
        for (const auto& grant : gone.grants) {
            erase_grant(session, grant.id, now);
        }
        append_change(session, change_kind::connection, gone.connection.id.text(), now);
        audit_entry entry;
        entry.action = "connection.disconnected";
        entry.provider = gone.connection.provider;
        entry.connection = gone.connection.id;
        const auto outcomes = outcomes_of(settled);
        entry.detail = outcomes_json(outcomes);
        const auto subject = write_audit(session, context, by, entry);
        owe_all(session, settled, gone.connection.id, subject);
        if (for_good) {
            erased_step step;
            step.connections = 1;
            step.provider = gone.connection.provider;
            step.connection = gone.connection.id;
            step.outcomes = outcomes;
            note_erased(session, context, by, step);
        }
        return {};
    };
    co_return co_await persist(context, by.org, std::move(write));
}

auto abandoned_leavers(oauth_context& context, bool at_start)
    -> boost::asio::awaitable<result<std::vector<connection_row>>> {
    const auto now = context.time.now();
    const bool all = at_start && context.options.sole_owner;
    const auto before = all ? now + std::chrono::hours(24) : now - context.options.lease;
    auto look = [before](sql_session& session) -> result<std::vector<connection_row>> {
        return leaving_connections(session, before, leaving_at_once);
    };
    co_return co_await context.db.as_service(access::read, std::move(look));
}

auto read_grants(oauth_context& context, connection_row of)
    -> boost::asio::awaitable<result<std::vector<grant_row>>> {
    auto read = [id = of.id](sql_session& session) -> result<std::vector<grant_row>> {
        return grants_of_connection(session, id);
    };
    co_return co_await context.db.with_org(of.org, access::read, std::move(read));
}

auto take_up(oauth_context& context, connection_row row) -> boost::asio::awaitable<void> {
    auto grants = co_await read_grants(context, row);
    if (grants.has_error()) {
        co_return;  // next time
    }
    log(log_level::info, "disconnect taken up",
        {{log_key::provider, row.provider.text()}, {log_key::connection, row.id.text()}});
    const actor by{row.org, row.user, "recovery", {}};
    leaving gone{std::move(row), std::move(*grants)};
    [[maybe_unused]] const auto done = co_await finish_leaving(context, by, std::move(gone));
}

}  // namespace

auto begin_leaving(sql_session& session, connection_row row, consent_end why, time_point now)
    -> leaving {
    leaving gone;
    set_connection_state(
        session, row.id, connection_state::expired, std::string(leaving_reason), now
    );
    end_consent(session, row.id, why, now);
    append_change(session, change_kind::connection, row.id.text(), now);
    if (why != consent_end::erased) {
        withdraw_exchange_intents(session, row.user, row.provider);
    }
    gone.grants = grants_of_connection(session, row.id);
    gone.connection = std::move(row);
    return gone;
}

auto is_being_revoked(const grant_row& grant, time_point now) -> bool {
    return grant.lease_owner.ends_with(as_leaver) && grant.lease_until && *grant.lease_until > now;
}

auto finish_leaving(oauth_context& context, actor by, leaving gone)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    std::vector<settled_tokens> settled;
    const auto leaver = std::make_shared<const connection_row>(gone.connection);
    for (const auto& grant : gone.grants) {
        auto one = co_await revoke_grant(context, by.org, leaver, grant);
        settled.push_back(std::move(one));
    }
    auto erased = co_await erase(context, by, gone, settled);
    if (erased.has_error()) {
        co_return erased.error();
    }
    for (const auto& grant : gone.grants) {
        context.cache.forget(grant.id);
    }
    context.cache.forget(gone.connection.id);
    context.cache.marks().touch(by.org, by.user);
    co_return outcomes_of(settled);
}

auto finish_abandoned(oauth_context& context, bool at_start)
    -> boost::asio::awaitable<std::size_t> {
    auto found = co_await abandoned_leavers(context, at_start);
    if (found.has_error()) {
        co_return 0;
    }
    std::vector<provider_work> all;
    for (auto& row : *found) {
        provider_work one{row.provider, {}};
        one.begin = [&context, row = std::move(row)] { return take_up(context, row); };
        all.push_back(std::move(one));
    }
    co_await side_by_provider(std::move(all));
    co_return found->size();
}

}  // namespace tenon::host
