#include "oauth/owed_revoking.hpp"

#include "base/log.hpp"
#include "base/side_by_side.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/decisions.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/observer.hpp"
#include "oauth/owed_format.hpp"
#include "oauth/persist.hpp"
#include "oauth/sealing.hpp"
#include "provider/registry.hpp"
#include "store/owed_revocations.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

auto claim_owed(oauth_context& context)
    -> boost::asio::awaitable<result<std::vector<owed_revocation_row>>> {
    auto take = [now = context.time.now()](sql_session& session
                ) -> result<std::vector<owed_revocation_row>> {
        // What a host left that ended meanwhile is due again then.
        return claim_owed_revocations(session, now, now + revoke_lease, owed_batch);
    };
    co_return co_await context.db.as_service(access::write, std::move(take));
}

auto opened(const oauth_context& context, const owed_revocation_row& row) -> result<revocable> {
    const auto plain =
        open_from(context.seal, row.org, row.id, sealed_column::owed_revocation, row.sealed);
    return plain.has_error() ? result<revocable>(plain.error()) : parse_revocable(plain->reveal());
}

// What is in this host's way (a key, storage, the provider's configuration) is no word of the
// provider's: another host may not have it, or this one later.
auto try_again(oauth_context& context, owed_revocation_row row)
    -> boost::asio::awaitable<revoke_answer> {
    revoke_answer answer;
    answer.outcome = "pending";
    auto tokens = opened(context, row);
    if (tokens.has_error()) {
        log(log_level::error, "owed revocation can't be opened",
            {{log_key::provider, row.provider.text()}, {log_key::detail, tokens.error().message}});
        co_return answer;
    }
    const auto provider = co_await context.providers.acquire(row.provider.text());
    if (provider.has_error()) {
        co_return answer;
    }
    std::vector<account_id> accounts{tokens->account};
    const auto in_use = co_await is_in_use(context, row.provider, std::move(accounts));
    if (in_use.has_error()) {
        co_return answer;
    }
    if (*in_use) {
        answer.outcome = "kept";
        co_return answer;
    }
    auto kept = std::make_shared<const revocable>(std::move(*tokens));
    co_return co_await revoke_tokens(context, std::move(kept));
}

auto line_of(const owed_revocation_row& row, const std::string& outcome) -> audit_entry {
    const bool is_fine = outcome == "revoked" || outcome == "kept";
    audit_entry entry;
    entry.action = "revocation.ended";
    entry.provider = row.provider;
    entry.connection = row.connection;
    entry.subject = row.subject;
    if (!is_fine) {
        const bool is_over = outcome == "given_up";
        entry.outcome = code_of(is_over ? errc::provider_unavailable : errc::provider_error);
    }
    auto detail = nlohmann::json::parse(outcomes_json({{row.slot, outcome}}));
    detail["attempts"] = row.attempts;
    entry.detail = detail.dump();
    return entry;
}

auto end(oauth_context& context, owed_revocation_row row, std::string outcome)
    -> boost::asio::awaitable<void> {
    auto write = [&context, row, outcome](sql_session& session) -> result<bool> {
        const bool ours = end_owed_revocation(session, row);
        if (ours) {
            write_audit(session, context, {row.org, {}, "recovery", {}}, line_of(row, outcome));
        }
        return ours;
    };
    const auto ended = co_await persist(context, row.org, std::move(write));
    if (ended.has_error() || !*ended) {
        co_return;
    }
    const auto level =
        outcome == "revoked" || outcome == "kept" ? log_level::info : log_level::warn;
    log(level, "owed revocation ended",
        {{log_key::provider, row.provider.text()}, {log_key::outcome, outcome}});
    context.observer.revocation_ended(row.provider.text(), outcome);
}

auto settle(oauth_context& context, owed_revocation_row row) -> boost::asio::awaitable<void> {
    auto answer = co_await try_again(context, row);
    if (answer.outcome != "pending") {
        co_return co_await end(context, std::move(row), std::move(answer.outcome));
    }
    revocation_facts facts;
    facts.failures_before = row.attempts - 1;
    facts.retry_after = answer.retry_after;
    facts.jitter = random_fraction(context.random);
    facts.ends_at = row.ends_at;
    const auto due = next_revocation(facts, context.time.now());
    if (!due) {
        co_return co_await end(context, std::move(row), "given_up");
    }
    const auto org = row.org;
    auto write = [row = std::move(row), due = *due](sql_session& session) -> result<void> {
        put_off_owed_revocation(session, row, due);
        return {};
    };
    [[maybe_unused]] const auto done = co_await persist(context, org, std::move(write));
}

}  // namespace

auto make_owed_revocations(oauth_context& context) -> boost::asio::awaitable<std::size_t> {
    auto claimed = co_await claim_owed(context);
    if (claimed.has_error()) {
        co_return 0;
    }
    std::vector<boost::asio::awaitable<void>> all;
    for (auto& row : *claimed) {
        all.push_back(settle(context, std::move(row)));
    }
    const auto count = all.size();
    co_await side_by_side(std::move(all));
    co_return count;
}

}  // namespace tenon::host
