#include "oauth/confirm.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/connection_views.hpp"
#include "oauth/erased.hpp"
#include "oauth/park.hpp"
#include "oauth/persist.hpp"
#include "oauth/sealing.hpp"
#include "oauth/token_cache.hpp"
#include "store/connection_grants.hpp"
#include "store/intents.hpp"

namespace tenon::host {
namespace {

auto unknown_confirmation() -> error {
    return fail(
        errc::invalid_state,
        "this confirmation was not issued to this user, was used already or has expired; "
        "begin the connection anew"
    );
}

auto to_row(oauth_context& context, const landing& what, const std::string& code)
    -> confirmation_row {
    confirmation_row row;
    row.code_hash = sha256(code);
    row.user = what.by.user;
    row.provider = what.provider;
    row.account = what.account;
    row.scope = what.scope;
    row.metadata = what.metadata;
    row.connection = connection_id(make_uuid(context.time, context.random));
    row.sealed = seal_for(
        context.seal, what.by.org, to_hex(row.code_hash), sealed_column::confirmation,
        serialize(what)
    );
    row.created_at = context.time.now();
    row.expires_at = row.created_at + context.options.confirmation_lifetime;
    return row;
}

// Its intent is gone: it was parked before (the commit's answer was lost); or its user has
// disconnected meanwhile, or another host took it up, which revokes what nobody can confirm.
auto parked_before(sql_session& session, const confirmation_row& row) -> result<void> {
    if (find_confirmation_provider(session, row.user, row.code_hash, row.created_at)) {
        return {};
    }
    return fail(
        errc::invalid_state, "the connection was given up while it was made; begin it anew"
    );
}

// Takes what is parked, in the transaction that lands it.
auto parked(const oauth_context& context, actor by, std::string hash) -> landing_source {
    using shared_landing = std::shared_ptr<const landing>;
    const auto taken = std::make_shared<std::optional<landing>>();
    return [&context, by = std::move(by), hash = std::move(hash),
            taken](sql_session& session) -> result<shared_landing> {
        // First, as whoever withdraws what is parked does: else each may wait for the other.
        hold_user(session, by.user);
        const auto row = take_confirmation(session, by.user, hash, context.time.now());
        if (!row && taken->has_value()) {  // by a commit whose answer was lost
            return std::make_shared<const landing>(**taken);
        }
        if (!row) {
            return unknown_confirmation();
        }
        auto what = open_parked(context, *row);
        if (what.has_error()) {
            return what.error();
        }
        what->by = by;
        what->connection = row->connection;
        what->action = "connection.confirmed";
        *taken = *what;
        (*taken)->is_taken = true;
        return std::make_shared<const landing>(std::move(*what));
    };
}

}  // namespace

auto park(oauth_context& context, landing what) -> boost::asio::awaitable<result<std::string>> {
    const std::string code = random_token(context.random);
    const auto row = to_row(context, what, code);
    const auto org = what.by.org;
    auto write = [&context, row, by = what.by, began = what.issued_at,
                  intent = what.intent](sql_session& session) -> result<void> {
        if (auto welcome = refuse_erased(session, context, by, began); welcome.has_error()) {
            return welcome;
        }
        if (!intent.empty() && !take_wanted_intent_of(session, intent, context.options.instance)) {
            return parked_before(session, row);
        }
        save_confirmation(session, row);
        audit_entry entry;
        entry.action = "connection.parked";
        entry.provider = row.provider;
        entry.connection = row.connection;
        write_audit(session, context, by, entry);
        return {};
    };
    auto written = co_await persist(context, org, std::move(write));
    if (written.has_error()) {
        co_return written.error();
    }
    context.cache.marks().touch(org, row.user);
    co_return code;
}

auto open_parked(const oauth_context& context, const confirmation_row& row) -> result<landing> {
    const auto bytes = open_from(
        context.seal, row.org, to_hex(row.code_hash), sealed_column::confirmation, row.sealed
    );
    return bytes.has_error() ? result<landing>(bytes.error()) : parse_landing(bytes->reveal());
}

auto confirm_connection(oauth_context& context, actor by, std::string confirmation)
    -> boost::asio::awaitable<result<connection_view>> {
    const auto hash = sha256(confirmation);
    auto look = [user = by.user, hash,
                 now = context.time.now()](sql_session& session) -> result<provider_id> {
        const auto parked_for = find_confirmation_provider(session, user, hash, now);
        return parked_for ? result<provider_id>(*parked_for) : unknown_confirmation();
    };
    const auto parked_for = co_await context.db.with_org(by.org, access::read, std::move(look));
    if (parked_for.has_error()) {
        co_return parked_for.error();
    }
    // Before anything is taken: while the provider can't be used, the tokens stay parked.
    auto provider = co_await context.providers.acquire(parked_for->text());
    if (provider.has_error()) {
        co_return provider.error();
    }
    const auto org = by.org;
    auto landed = co_await land_from(
        context, org, std::move(*provider), parked(context, std::move(by), hash)
    );
    if (landed.has_error()) {
        co_return landed.error();
    }
    co_return co_await read_view(context, org, std::move(*landed));
}

}  // namespace tenon::host
