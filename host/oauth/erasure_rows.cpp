#include "oauth/erasure_rows.hpp"

#include "oauth/audit_entry.hpp"
#include "oauth/departure.hpp"
#include "oauth/erased.hpp"
#include "oauth/erasure_hold.hpp"
#include "store/api_keys.hpp"
#include "store/audit.hpp"
#include "store/changes.hpp"
#include "store/credential_reads.hpp"
#include "store/idempotency.hpp"
#include "store/owed_revocations.hpp"
#include "store/pending_connects.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

constexpr std::size_t batch = 100;

// Connected or parked since this round began, by what was under way.
auto is_anything_left(sql_session& session, const user_id& user) -> bool {
    return !list_connections(session, {.user = user, .limit = 1}).empty() ||
           !withdraw_confirmations(session, user).empty() ||
           !list_exchange_intents(session, user, "", 1).empty();
}

// Since it was finished.
auto is_anything_new(sql_session& session, const user_id& user, bool is_known) -> bool {
    return is_known || is_anything_left(session, user) ||
           !list_pending_connects(session, user, "", 1).empty() ||
           !list_api_keys(session, {user, "", 1}).empty() || erase_answers(session, user) > 0;
}

auto answer_of(const std::optional<erasure_state>& state, time_point now) -> erasure_receipt {
    auto receipt = parse_receipt(state ? state->receipt : std::string());
    if (receipt.erased_at == time_point{}) {
        receipt.erased_at = now;
    }
    return receipt;
}

// Begins it or goes on. False: another run is at it.
auto own(
    sql_session& session, const oauth_context& context, const actor& by, const std::string& owner
) -> bool {
    const auto now = context.time.now();
    const auto who = who_of(context, by);
    auto state = find_erasure(session, who);
    if (!state || state->finished_at) {
        const auto fresh = make_uuid(context.time, context.random);
        [[maybe_unused]] const auto id = begin_erasure(session, who, fresh, now);
        state = find_erasure(session, who);
    }
    const bool free = state->owner == owner || is_erasure_left(context, *state);
    return free && adopt_erasure(session, who, *state, owner, now);
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

// Of what the user had disconnected before. What this erasure itself owes is there already.
void add_owed(sql_session& session, const std::string& subject, erasure_receipt& receipt) {
    constexpr std::size_t all = std::numeric_limits<std::int64_t>::max();
    for (auto& row : revocations_owed_of(session, subject, {}, all)) {
        const auto connection = row.connection.value_or(connection_id());
        const auto is_told = [&](const erased_tokens& one) {
            return one.provider == row.provider && one.connection == connection &&
                   one.what.slot == row.slot && one.what.outcome == "pending";
        };
        if (std::ranges::none_of(receipt.revocations, is_told)) {
            receipt.revocations.push_back({row.provider, connection, {row.slot, "pending"}});
        }
    }
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
        add_owed(session, *subject, receipt);
        erase_credential_reads(session, *subject);
        receipt.consents = erase_consents(session, *subject, receipt.erased_at);
    }
    return subject || receipt.connections + receipt.unconfirmed + receipt.exchanges > 0 ||
           receipt.pending_connects + answers > 0 || !receipt.api_keys.empty();
}

}  // namespace

auto take_hold(
    sql_session& session, const oauth_context& context, const actor& by, const std::string& owner,
    erasing how
) -> held_data {
    const auto now = context.time.now();
    held_data held;
    hold_user(session, by.user);
    const bool is_known = find_pseudonym(session, by.user).has_value();
    const auto state = find_erasure(session, who_of(context, by));
    const bool is_done = state && state->finished_at;
    if (how == erasing::resume ? !state || is_done
                               : is_done && !is_anything_new(session, by.user, is_known)) {
        held.answer = answer_of(state, now);
        return held;
    }
    held.is_others = !own(session, context, by, owner);
    if (held.is_others) {
        return held;
    }
    const auto pending = erase_pending_connects(session, by.user);
    note_erased(session, context, by, {.pending_connects = pending});
    for (auto& row : all_connections(session, by.user, std::nullopt)) {
        held.connections.push_back(begin_leaving(session, std::move(row), consent_end::erased, now)
        );
    }
    held.unconfirmed = withdraw_confirmations(session, by.user);
    held.exchanges = list_exchange_intents(session, by.user, "", batch);
    return held;
}

auto finish(
    sql_session& session, const oauth_context& context, const actor& by, const std::string& owner
) -> std::optional<erasure_receipt> {
    const auto who = who_of(context, by);
    const auto now = context.time.now();
    hold_user(session, by.user);
    hold_user(session, {});  // nobody in particular: whoever keeps an answer about several users
    const auto subject = find_pseudonym(session, by.user);
    const auto state = find_erasure(session, who);
    if (!state || state->finished_at) {
        return answer_of(state, now);  // this one's commit, whose answer was lost
    }
    if (state->owner != owner || is_anything_left(session, by.user)) {
        return std::nullopt;
    }
    auto receipt = parse_receipt(state->receipt);
    receipt.id = state->id;
    receipt.erased_at = now;
    if (remove_rows(session, by.user, subject, receipt)) {
        audit_entry entry;
        entry.action = "user.erased";
        entry.detail = detail_of(receipt);
        write_audit(session, context, by, entry);
    } else {
        receipt.id.clear();
    }
    write_receipt(session, who, to_json(receipt));
    forget_subject(session, by.user);
    finish_erasure(session, who, now);
    return receipt;
}

}  // namespace tenon::host
