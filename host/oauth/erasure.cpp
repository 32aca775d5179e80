#include "oauth/erasure.hpp"

#include "base/log.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/cut_off_exchange.hpp"
#include "oauth/departure.hpp"
#include "oauth/erased.hpp"
#include "oauth/lapsing.hpp"
#include "oauth/persist.hpp"
#include "oauth/single_flight.hpp"
#include "oauth/token_cache.hpp"
#include "store/api_keys.hpp"
#include "store/changes.hpp"
#include "store/confirmations.hpp"
#include "store/credential_reads.hpp"
#include "store/idempotency.hpp"
#include "store/intents.hpp"
#include "store/pending_connects.hpp"

#include <boost/asio/strand.hpp>
#include <map>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

constexpr std::size_t batch = 100;
constexpr std::size_t taken_up_at_once = 8;  // each may wait for providers
constexpr int most_rounds = 5;

// resume: only what was begun and is not finished; whoever finished it meanwhile did all of it.
enum class erasing { anew, resume };

// What is found in the transaction from which on the user is being erased.
struct held_data {
    std::string receipt;  // empty: there is nothing to resume
    std::vector<leaving> connections;
    std::vector<confirmation_row> unconfirmed;
    std::vector<intent_row> exchanges;
    std::int64_t pending_connects = 0;
};

auto who_of(const actor& by) -> erased_user {
    return {by.user, erased_hash(by.org, by.user)};
}

auto take_hold(sql_session& session, const oauth_context& context, const actor& by, erasing how)
    -> held_data {
    const auto now = context.time.now();
    held_data held;
    [[maybe_unused]] const auto subject = hold_subject(session, context, by);
    if (how == erasing::resume) {
        const auto state = find_erasure(session, who_of(by).hash);
        if (!state || state->finished_at) {
            return held;
        }
    }
    const auto fresh = make_uuid(context.time, context.random);
    held.receipt = begin_erasure(session, who_of(by), fresh, now);
    held.pending_connects = erase_pending_connects(session, by.user);
    for (auto& row : all_connections(session, by.user, std::nullopt)) {
        held.connections.push_back(begin_leaving(session, std::move(row), consent_end::erased, now)
        );
    }
    held.unconfirmed = withdraw_confirmations(session, by.user);
    held.exchanges = list_exchange_intents(session, by.user, "", batch);
    return held;
}

void note(
    erasure_receipt& receipt, const provider_id& provider, const connection_id& connection,
    const std::vector<revocation>& outcomes
) {
    for (const auto& one : outcomes) {
        receipt.revocations.push_back({provider, connection, one});
    }
}

// What was granted and is no connection: parked, or of an exchange that was cut off.
auto let_go_unconnected(
    oauth_context& context, actor by, const held_data& held, erasure_receipt& receipt
) -> boost::asio::awaitable<result<void>> {
    for (const auto& row : held.unconfirmed) {
        const auto outcome = co_await discard_parked(context, by, row);
        if (outcome.has_error()) {
            co_return outcome.error();
        }
        ++receipt.unconfirmed;
        note(receipt, row.provider, row.connection, *outcome);
    }
    for (const auto& row : held.exchanges) {
        const auto outcome = co_await discard_exchange(context, by, row);
        if (outcome.has_error()) {
            co_return outcome.error();
        }
        ++receipt.exchanges;
        note(receipt, row.provider, connection_id(), *outcome);
    }
    co_return result<void>();
}

// Connections first: of tokens that were granted for the same account it is then certain that
// nobody uses it.
auto let_go(oauth_context& context, actor by, held_data held, erasure_receipt& receipt)
    -> boost::asio::awaitable<result<void>> {
    std::vector<std::pair<provider_id, connection_id>> places;
    for (const auto& gone : held.connections) {
        context.cache.forget(gone.connection.id);
        places.emplace_back(gone.connection.provider, gone.connection.id);
    }
    context.cache.marks().touch(by.org, by.user);
    const auto outcomes =
        co_await finish_leaving_together(context, by, std::move(held.connections));
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i].has_error()) {
            co_return outcomes[i].error();
        }
        ++receipt.connections;
        note(receipt, places[i].first, places[i].second, *outcomes[i]);
    }
    auto gone = co_await let_go_unconnected(context, by, held, receipt);
    context.cache.marks().touch(by.org, by.user);
    co_return gone;
}

// In the audit log, where it stays: how much it was, and no name.
auto detail_of(const erasure_receipt& receipt) -> std::string {
    std::map<std::string, int> outcomes;
    for (const auto& one : receipt.revocations) {
        ++outcomes[one.what.outcome];
    }
    return nlohmann::json{
        {"receiptId", receipt.id},
        {"connections", receipt.connections},
        {"unconfirmed", receipt.unconfirmed},
        {"exchanges", receipt.exchanges},
        {"pendingConnects", receipt.pending_connects},
        {"apiKeys", receipt.api_keys.size()},
        {"consents", receipt.consents},
        {"revocations", outcomes}}
        .dump();
}

// Connected or parked since this round began, by what was under way.
auto is_anything_left(sql_session& session, const user_id& user) -> bool {
    return !list_connections(session, {.user = user, .limit = 1}).empty() ||
           !withdraw_confirmations(session, user).empty() ||
           !list_exchange_intents(session, user, "", 1).empty();
}

// The rows that nothing has to be done about but to remove them. Whether anything was held.
auto remove_rows(
    sql_session& session, const user_id& user, const std::optional<std::string>& subject,
    erasure_receipt& receipt
) -> bool {
    receipt.pending_connects += erase_pending_connects(session, user);
    receipt.api_keys = erase_api_keys(session, user);
    for (const auto& key : receipt.api_keys) {
        append_change(session, change_kind::key, key.text(), receipt.erased_at);
    }
    const auto answers = erase_answers(session, user);
    if (subject) {
        erase_credential_reads(session, *subject);
        receipt.consents = erase_consents(session, *subject, receipt.erased_at);
    }
    return subject || receipt.connections + receipt.unconfirmed + receipt.exchanges > 0 ||
           receipt.pending_connects + answers > 0 || !receipt.api_keys.empty();
}

// The rest, at once. Nothing: there is something to be let go of again.
auto finish(
    sql_session& session, const oauth_context& context, const actor& by, erasure_receipt receipt
) -> std::optional<erasure_receipt> {
    const auto who = who_of(by);
    const auto subject = hold_subject(session, context, by);
    const auto state = find_erasure(session, who.hash);
    receipt.erased_at = context.time.now();
    if (!state || state->finished_at) {
        return receipt;  // another process was faster, or this one's commit, whose answer was lost
    }
    if (is_anything_left(session, by.user)) {
        return std::nullopt;
    }
    if (remove_rows(session, by.user, subject, receipt)) {
        audit_entry entry;
        entry.action = "user.erased";
        entry.detail = detail_of(receipt);
        write_audit(session, context, by, entry);
    } else {
        receipt.id.clear();
    }
    forget_subject(session, by.user);
    finish_erasure(session, who, receipt.erased_at);
    return receipt;
}

auto erase(oauth_context& context, actor by, erasing how)
    -> boost::asio::awaitable<result<erasure_receipt>> {
    erasure_receipt receipt;
    for (int round = 0; round < most_rounds; ++round) {
        auto begin = [&context, by, start = round == 0 ? how : erasing::resume](sql_session& session
                     ) -> result<held_data> { return take_hold(session, context, by, start); };
        auto held = co_await persist(context, by.org, begin);
        if (held.has_error()) {
            co_return held.error();
        }
        if (held->receipt.empty()) {
            receipt.erased_at = context.time.now();
            co_return receipt;
        }
        receipt.id = held->receipt;
        receipt.pending_connects += held->pending_connects;
        auto gone = co_await let_go(context, by, std::move(*held), receipt);
        if (gone.has_error()) {
            co_return gone.error();
        }
        auto end = [&context, by,
                    receipt](sql_session& session) -> result<std::optional<erasure_receipt>> {
            return finish(session, context, by, receipt);
        };
        auto done = co_await persist(context, by.org, std::move(end));
        if (done.has_error()) {
            co_return done.error();
        }
        if (*done) {
            co_return std::move(**done);
        }
    }
    co_return fail(errc::storage_unavailable, "the user's rows do not come to rest; try again");
}

auto abandoned(oauth_context& context, bool at_start)
    -> boost::asio::awaitable<result<std::vector<erasure_row>>> {
    const auto now = context.time.now();
    const bool all = at_start && context.options.sole_owner;
    const auto before = all ? now + std::chrono::hours(24) : now - context.options.lease;
    auto look = [before](sql_session& session) -> result<std::vector<erasure_row>> {
        return erasures_left(session, before, taken_up_at_once);
    };
    co_return co_await context.db.as_service(access::read, std::move(look));
}

}  // namespace

auto erase_user(oauth_context& context, actor by)
    -> boost::asio::awaitable<result<erasure_receipt>> {
    using outcome = result<erasure_receipt>;
    single_flight<int, outcome> alone(boost::asio::make_strand(context.background));
    single_flight<int, outcome>::work work = [&context, by = std::move(by)] {
        return erase(context, by, erasing::anew);
    };
    co_return co_await alone.run(0, std::move(work));
}

auto finish_erasures(oauth_context& context, bool at_start, std::function<bool()> stopping)
    -> boost::asio::awaitable<std::size_t> {
    const auto found = co_await abandoned(context, at_start);
    if (found.has_error()) {
        co_return 0;
    }
    std::size_t done = 0;
    for (const auto& row : *found) {
        if (stopping()) {
            break;
        }
        log(log_level::info, "erasure taken up", {{log_key::org, row.org.text()}});
        const actor by{row.org, row.user, "recovery", {}};
        [[maybe_unused]] const auto ended = co_await erase(context, by, erasing::resume);
        ++done;
    }
    co_return done;
}

}  // namespace tenon::host
