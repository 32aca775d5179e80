#include "oauth/refresh_boarding.hpp"

#include "base/pause.hpp"
#include "oauth/sealing.hpp"
#include "store/database.hpp"

namespace tenon::host {
namespace {

// Somebody else's lease is waited for this long at a time.
constexpr milliseconds lease_poll{250};
// A host that storage was away from longer than its lease, and that holds the provider's answer,
// tries to store it every second.
constexpr milliseconds latest_answer{3'000};

auto dead_error(const grant_row& row) -> error {
    return fail(
        errc::reconnect_required, "the provider no longer accepts this grant (" + row.last_failure +
                                      "); connect the account again"
    );
}

// What boarding takes beside the session.
struct boarding_room {
    const oauth_context& context;
    unsent_intents& unsent;
};

// Adopts what an earlier run of the same generation left, or begins a new intent. Whether another
// host's is among what recorded nothing.
auto begin_intent(
    sql_session& session, const boarding_room& room, boarding& on, boarding_attempt& attempt
) -> bool {
    const auto& context = room.context;
    const auto now = context.time.now();
    bool of_another = false;
    for (const auto& left : intents_of_grant(session, on.row->id)) {
        // An answer that another host records at this moment is waited for, not deleted.
        if (!lock_intent(session, left.id)) {
            continue;
        }
        // Of an attempt whose commit's answer was lost, or of a claim.
        if ((left.id == attempt.intent && !attempt.follows_cut_off) ||
            room.unsent.is_claim(on.row->id, left.id)) {
            delete_intent(session, left.id);
            continue;
        }
        auto replies = replies_of_intent(session, left.id);
        const bool same = left.generation == on.row->generation;
        if (same && !replies.empty() && on.recorded.empty()) {
            on.intent = left.id;
            on.recorded = std::move(replies);
            continue;
        }
        if (same) {
            on.cut_off_at = std::min(on.cut_off_at.value_or(left.created_at), left.created_at);
            of_another = of_another || left.owner != context.options.instance;
        }
        delete_intent(session, left.id);
    }
    if (!on.intent.empty()) {
        on.cut_off_at.reset();
        return false;
    }
    on.intent = attempt.intent;
    attempt.follows_cut_off = on.cut_off_at.has_value();
    insert_intent(session, intent_of(context, *on.row, on.intent, on.cut_off_at.value_or(now)));
    return of_another;
}

auto has_moved(const grant_row& row, const refresh_order& order) -> bool {
    const bool renewed =
        order.reason != refresh_reason::asked && order.seen != 0 && row.generation > order.seen;
    return renewed || (order.due && row.next_refresh_at != order.due);
}

struct first_look {
    boarding on;
    bool once_more = false;  // another host may hold an answer that it could not store yet
};

auto try_board(
    sql_session& session, const boarding_room& room, const refresh_order& order,
    boarding_attempt& attempt
) -> result<first_look> {
    const auto& context = room.context;
    first_look seen;
    auto& on = seen.on;
    const auto now = context.time.now();
    auto before = find_grant(session, order.grant);
    if (!before) {
        return fail(errc::not_found, "the grant is gone");
    }
    if (before->state == grant_state::dead) {
        return dead_error(*before);
    }
    if (has_moved(*before, order)) {
        on.state = boarding::kind::moved;
        on.row = std::make_shared<const grant_row>(std::move(*before));
        return seen;
    }
    auto leased = take_grant_lease(
        session, order.grant, context.options.instance, now + context.options.lease, now
    );
    if (!leased) {
        on.state = boarding::kind::taken;
        on.row = std::make_shared<const grant_row>(std::move(*before));
        return seen;
    }
    room.unsent.overtake(order.grant);
    on.row = std::make_shared<const grant_row>(std::move(*leased));
    if (has_moved(*on.row, order)) {
        // Another host's commit came between the look and the lease, which waited for it.
        release_grant_lease(session, order.grant, context.options.instance);
        on.state = boarding::kind::moved;
        return seen;
    }
    seen.once_more = begin_intent(session, room, on, attempt);
    return seen;
}

// What another host has stored since; `taken` where the lease is not ours any more.
auto look_once_more(sql_session& session, const boarding_room& room, boarding on)
    -> result<boarding> {
    const auto& context = room.context;
    // What another host commits at this moment is waited for.
    auto row = lock_grant(session, on.row->id) ? find_grant(session, on.row->id) : std::nullopt;
    if (!row) {
        return fail(errc::not_found, "the grant is gone");
    }
    const bool moved = row->generation != on.row->generation;
    if (moved || row->state == grant_state::dead) {
        delete_intent(session, on.intent);
        release_grant_lease(session, row->id, context.options.instance);
    }
    if (row->state == grant_state::dead) {
        return dead_error(*row);
    }
    const bool ours = row->lease_owner == context.options.instance;
    on.row = std::make_shared<const grant_row>(std::move(*row));
    if (moved) {
        on.state = boarding::kind::moved;
        return on;
    }
    if (!ours) {
        // The wait took longer than the lease. The intent stays: it stands for the earlier run's.
        on.state = boarding::kind::taken;
        return on;
    }
    on.intent.clear();
    boarding_attempt anew{make_uuid(context.time, context.random)};
    begin_intent(session, room, on, anew);
    return on;
}

auto wait_for_answer(oauth_context& context, unsent_intents& unsent, boarding on)
    -> boost::asio::awaitable<result<boarding>> {
    for (milliseconds waited{0}; waited < latest_answer; waited += lease_poll) {
        co_await pause(lease_poll);
    }
    const auto org = on.row->org;
    auto look = [&context, &unsent, on = std::move(on)](sql_session& session) -> result<boarding> {
        return look_once_more(session, {context, unsent}, on);
    };
    co_return co_await context.db.with_org(org, access::write, std::move(look));
}

auto too_busy() -> error {
    auto busy = fail(
        errc::provider_unavailable, "another host has been refreshing this token for too long"
    );
    busy.retry_after = std::chrono::seconds(5);
    return busy;
}

}  // namespace

auto intent_of(
    const oauth_context& context, const grant_row& row, std::string id, time_point created_at
) -> intent_row {
    intent_row made;
    made.id = std::move(id);
    made.org = row.org;
    made.kind = intent_kind::refresh;
    made.provider = row.provider;
    made.grant = row.id;
    made.generation = row.generation;
    made.sealed = seal_for(context.seal, row.org, made.id, sealed_column::intent, "{}");
    made.owner = context.options.instance;
    made.created_at = created_at;
    made.updated_at = context.time.now();
    return made;
}

auto board(oauth_context& context, unsent_intents& unsent, refresh_order order)
    -> boost::asio::awaitable<result<boarding>> {
    const auto mine = unsent.take(order.grant, make_uuid(context.time, context.random));
    const auto give_up = context.time.now() + context.options.lease;
    std::int64_t generation = 0;
    for (;;) {
        auto attempt = [&context, &unsent, order,
                        mine](sql_session& session) -> result<first_look> {
            return try_board(session, {context, unsent}, order, *mine);
        };
        auto seen = co_await context.db.with_org(order.org, access::write, std::move(attempt));
        if (seen.has_error()) {
            if (seen.error().code == errc::storage_unavailable) {
                unsent.keep(order.grant, mine);
            }
            co_return seen.error();
        }
        auto& on = seen->on;
        if (on.state == boarding::kind::ours) {
            unsent.boarded(order.grant);
        }
        if (seen->once_more) {
            auto waiting = wait_for_answer(context, unsent, std::move(on));
            auto looked = co_await std::move(waiting);
            if (looked.has_error()) {
                co_return looked;
            }
            on = std::move(*looked);
        }
        if (on.state != boarding::kind::taken) {
            co_return std::move(on);
        }
        if (generation != 0 && on.row->generation != generation) {
            on.state = boarding::kind::moved;
            co_return std::move(on);
        }
        generation = on.row->generation;
        if (context.time.now() > give_up) {
            co_return too_busy();
        }
        co_await pause(lease_poll);
    }
}

auto give_back(
    oauth_context& context, unsent_intents& unsent, boarding on,
    std::optional<time_point> put_off_to
) -> boost::asio::awaitable<void> {
    const bool ours_alone = on.recorded.empty() && !on.cut_off_at;
    auto release = [&context, id = on.row->id, intent = on.intent, ours_alone,
                    put_off_to](sql_session& session) -> result<void> {
        if (ours_alone) {
            delete_intent(session, intent);
        }
        release_grant_lease(session, id, context.options.instance, put_off_to);
        return {};
    };
    const auto done = co_await context.db.with_org(on.row->org, access::write, std::move(release));
    if (done.has_error() && ours_alone) {
        unsent.keep(on.row->id, std::make_shared<boarding_attempt>(boarding_attempt{on.intent}));
    }
}

}  // namespace tenon::host
