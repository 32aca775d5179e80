#include "oauth/discarding.hpp"

#include "oauth/audit_entry.hpp"
#include "oauth/erasure_receipt.hpp"
#include "oauth/owing.hpp"
#include "oauth/persist.hpp"
#include "store/confirmations.hpp"
#include "store/intents.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

auto accounts_of(const landing& what) -> std::vector<account_id> {
    std::vector<account_id> accounts;
    for (const auto& grant : what.grants) {
        accounts.push_back(account_of(what, grant));
    }
    return accounts;
}

// Empty: they may be revoked. Whose nobody knows may be anybody's.
auto why_not(oauth_context& context, const landing& what) -> boost::asio::awaitable<std::string> {
    auto accounts = accounts_of(what);
    const auto nobodys = [](const account_id& account) { return account.empty(); };
    if (std::ranges::any_of(accounts, nobodys)) {
        co_return "failed";
    }
    const auto in_use = co_await is_in_use(context, what.provider, std::move(accounts));
    if (in_use.has_error()) {
        co_return "failed";
    }
    co_return *in_use ? "kept" : "";
}

auto revoke_all(oauth_context& context, landing what)
    -> boost::asio::awaitable<std::vector<settled_tokens>> {
    std::vector<settled_tokens> settled;
    const auto why = co_await why_not(context, what);
    for (const auto& grant : what.grants) {
        const auto slot = stored_slot(grant.slot);
        if (!why.empty()) {
            settled.push_back({{slot, why}, std::nullopt});
            continue;
        }
        revocable tokens{what.provider, what.client_id,     what.connect_params,
                         grant.slot,    grant.access_token, grant.refresh_token};
        tokens.account = grant.account_id.empty() ? what.account : account_id(grant.account_id);
        tokens.base_url = grant.base_url;
        auto one = co_await revoke_or_owe(context, what.by.org, slot, std::move(tokens));
        settled.push_back(std::move(one));
    }
    co_return settled;
}

}  // namespace

auto discard(oauth_context& context, landing what, errc reason)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    audit_entry entry;
    entry.action = "connection.discarded";
    entry.provider = what.provider;
    entry.outcome = code_of(reason);
    const auto by = what.by;
    const auto intent = what.unrecorded ? std::string() : what.intent;
    const auto confirmation = what.confirmation;
    erased_step step;
    step.unconfirmed = confirmation.empty() ? 0 : 1;
    step.exchanges = confirmation.empty() ? 1 : 0;
    step.provider = what.provider;
    step.connection = what.connection;
    auto settled = co_await revoke_all(context, std::move(what));
    auto outcomes = outcomes_of(settled);
    entry.detail = outcomes_json(outcomes);
    step.outcomes = outcomes;
    auto write = [&context, by, intent, confirmation, entry, step,
                  settled](sql_session& session) -> result<void> {
        const bool for_good = is_being_erased(session, context, by);
        const bool ours = (intent.empty() || take_intent(session, intent)) &&
                          (confirmation.empty() || delete_confirmation(session, confirmation));
        if (!ours) {
            return {};  // another host was at it too, and has written it down
        }
        const auto subject = write_audit(session, context, by, entry);
        owe_all(session, settled, std::nullopt, subject);
        if (for_good) {
            note_erased(session, context, by, step);
        }
        return {};
    };
    const auto done = co_await persist(context, by.org, std::move(write));
    if (done.has_error()) {
        co_return done.error();
    }
    co_return outcomes;
}

}  // namespace tenon::host
