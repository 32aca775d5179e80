#include "oauth/cut_off_exchange.hpp"

#include "base/log.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/discarding.hpp"
#include "oauth/intents.hpp"
#include "oauth/persist.hpp"
#include "oauth/revoking.hpp"
#include "oauth/sealing.hpp"

namespace tenon::host {
namespace {

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
    auto erase = [&context, by, entry, id = intent.id](sql_session& session) -> result<void> {
        if (take_intent(session, id)) {
            write_audit(session, context, by, entry);
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
    const bool nobodys = what.account.empty();
    auto outcomes = co_await discard(context, std::move(what), errc::invalid_state);
    if (outcomes.has_value() && nobodys) {
        for (auto& one : *outcomes) {
            one.outcome = "failed";
        }
    }
    co_return outcomes;
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

}  // namespace tenon::host
