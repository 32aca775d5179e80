#include "oauth/cut_off_exchange.hpp"

#include "base/log.hpp"
#include "base/pause.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/discarding.hpp"
#include "oauth/erasure_receipt.hpp"
#include "oauth/intents.hpp"
#include "oauth/persist.hpp"
#include "oauth/revoking.hpp"
#include "oauth/sealing.hpp"

namespace tenon::host {
namespace {

constexpr milliseconds claim_poll{250};

auto replies_of(oauth_context& context, const intent_row& intent)
    -> boost::asio::awaitable<result<std::map<std::size_t, recorded_reply>>> {
    auto look = [id = intent.id](sql_session& session) -> result<std::vector<intent_reply>> {
        return replies_of_intent(session, id);
    };
    auto rows = co_await context.db.with_org(intent.org, access::read, std::move(look));
    if (rows.has_error()) {
        co_return rows.error();
    }
    const intent_ref ref{intent.org, intent.id};
    co_return open_replies(context.seal, ref, *rows);
}

// Nothing is known that could be revoked.
auto forget(oauth_context& context, actor by, intent_row intent, error why)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    log(log_level::warn, "tokens of a connect that was cut off are not revoked",
        {{log_key::provider, intent.provider.text()}, {log_key::detail, why.message}});
    const std::vector<revocation> outcomes{{stored_slot(""), "failed"}};
    audit_entry entry;
    entry.action = "connection.discarded";
    entry.provider = intent.provider;
    entry.outcome = code_of(why.code);
    entry.detail = outcomes_json(outcomes);
    erased_step step;
    step.exchanges = 1;
    step.provider = intent.provider;
    step.outcomes = outcomes;
    auto erase = [&context, by, entry, step, id = intent.id](sql_session& session) -> result<void> {
        const bool for_good = is_being_erased(session, context, by);
        if (!take_intent(session, id)) {
            return {};
        }
        write_audit(session, context, by, entry);
        if (for_good) {
            note_erased(session, context, by, step);
        }
        return {};
    };
    const auto done = co_await persist(context, by.org, std::move(erase));
    if (done.has_error()) {
        co_return done.error();
    }
    co_return outcomes;
}

auto discard_granted(oauth_context& context, actor by, landing what)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    what.by = std::move(by);
    return discard(context, std::move(what), errc::invalid_state);
}

// Whether nobody is at it: given up, or not touched for a lease.
auto is_left(const oauth_context& context, const intent_row& intent) -> bool {
    const auto& own = context.options;
    const bool of_before = own.sole_owner && intent.owner != own.instance;
    return intent.owner.empty() || of_before || intent.updated_at <= context.time.now() - own.lease;
}

enum class exchange_claim { ours, gone, held };

auto claim_once(oauth_context& context, intent_row& intent)
    -> boost::asio::awaitable<result<exchange_claim>> {
    auto look = [id = intent.id](sql_session& session) -> result<std::optional<intent_row>> {
        return find_intent(session, id);
    };
    auto seen = co_await context.db.with_org(intent.org, access::read, std::move(look));
    if (seen.has_error()) {
        co_return seen.error();
    }
    if (!*seen || !is_left(context, **seen)) {
        co_return *seen ? exchange_claim::held : exchange_claim::gone;
    }
    intent = std::move(**seen);
    auto adopt = [&context, intent](sql_session& session) -> result<bool> {
        return adopt_intent(session, intent, context.options.instance, context.time.now());
    };
    const auto ours = co_await context.db.with_org(intent.org, access::write, std::move(adopt));
    if (ours.has_error()) {
        co_return ours.error();
    }
    co_return *ours ? exchange_claim::ours : exchange_claim::held;
}

// Pauses are counted: the clock may stand, or jump.
auto claim_exchange(oauth_context& context, intent_row& intent)
    -> boost::asio::awaitable<result<exchange_claim>> {
    const auto most = context.options.lease / claim_poll + 1;
    auto now = co_await claim_once(context, intent);
    for (std::int64_t looks = 0; looks < most && now.has_value() && *now == exchange_claim::held;
         ++looks) {
        co_await pause(claim_poll);
        now = co_await claim_once(context, intent);
    }
    co_return now;
}

}  // namespace

auto reopen_exchange(oauth_context& context, intent_row intent)
    -> boost::asio::awaitable<result<cut_off_exchange>> {
    auto bytes =
        open_from(context.seal, intent.org, intent.id, sealed_column::intent, intent.sealed);
    if (bytes.has_error()) {
        co_return bytes.error();
    }
    auto input = parse_exchange_input(bytes->reveal());
    if (input.has_error()) {
        co_return input.error();
    }
    auto recorded = co_await replies_of(context, intent);
    if (recorded.has_error()) {
        co_return recorded.error();
    }
    if (recorded->empty()) {
        co_return fail(errc::internal, "no answer of the provider's was recorded");
    }
    cut_off_exchange left;
    left.input = std::move(*input);
    left.progress.intent = intent.id;
    left.progress.intent_stored = true;
    left.progress.recorded = std::move(*recorded);
    co_return std::move(left);
}

auto discard_exchange(oauth_context& context, actor by, intent_row intent)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    const auto claimed = co_await claim_exchange(context, intent);
    if (claimed.has_error()) {
        co_return claimed.error();
    }
    if (*claimed == exchange_claim::held) {
        co_return fail(errc::storage_unavailable, "an exchange of the user's is still at work");
    }
    if (*claimed == exchange_claim::gone) {
        co_return std::vector<revocation>();
    }
    auto left = co_await reopen_exchange(context, intent);
    if (left.has_error() && left.error().code == errc::storage_unavailable) {
        co_return left.error();
    }
    if (left.has_error()) {
        co_return co_await forget(context, std::move(by), std::move(intent), left.error());
    }
    auto what = co_await run_exchange(context, std::move(left->input), std::move(left->progress));
    if (what.has_value()) {
        co_return co_await discard_granted(context, std::move(by), std::move(*what));
    }
    const auto failure = what.error();
    if (failure.granted != nullptr) {
        co_return co_await discard_granted(context, std::move(by), *failure.granted);
    }
    co_return co_await forget(context, std::move(by), std::move(intent), failure.reason);
}

auto discard_unkept(oauth_context& context, exchange_input input, exchange_progress progress)
    -> boost::asio::awaitable<void> {
    const auto provider = input.provider;
    auto what = co_await run_exchange(context, std::move(input), std::move(progress));
    auto granted =
        what.has_value() ? std::make_shared<const landing>(std::move(*what)) : what.error().granted;
    if (granted == nullptr) {
        log(log_level::warn, "tokens of a connect that was given up are not revoked",
            {{log_key::provider, provider.text()}, {log_key::detail, what.error().reason.message}});
        co_return;
    }
    auto unkept = *granted;
    unkept.unrecorded = true;
    [[maybe_unused]] const auto ended =
        co_await discard(context, std::move(unkept), errc::invalid_state);
}

}  // namespace tenon::host
