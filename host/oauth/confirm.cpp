#include "oauth/confirm.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/connection_views.hpp"
#include "oauth/park.hpp"
#include "oauth/persist.hpp"
#include "oauth/sealing.hpp"
#include "oauth/token_cache.hpp"
#include "store/confirmations.hpp"
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

}  // namespace

auto park(oauth_context& context, landing what) -> boost::asio::awaitable<result<std::string>> {
    const std::string code = random_token(context.random);
    const auto row = to_row(context, what, code);
    const auto org = what.by.org;
    auto write = [&context, row, by = what.by,
                  intent = what.intent](sql_session& session) -> result<void> {
        save_confirmation(session, row);
        delete_intent(session, intent);
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

auto confirm_connection(oauth_context& context, actor by, std::string confirmation)
    -> boost::asio::awaitable<result<connection_view>> {
    const auto hash = sha256(confirmation);
    auto take = [user = by.user, hash,
                 now = context.time.now()](sql_session& session) -> result<confirmation_row> {
        auto row = take_confirmation(session, user, hash, now);
        if (!row) {
            return unknown_confirmation();
        }
        return std::move(*row);
    };
    auto row = co_await context.db.with_org(by.org, access::write, std::move(take));
    if (row.has_error()) {
        co_return row.error();
    }
    context.cache.marks().touch(by.org, by.user);
    auto bytes =
        open_from(context.seal, by.org, to_hex(hash), sealed_column::confirmation, row->sealed);
    if (bytes.has_error()) {
        co_return bytes.error();
    }
    auto what = parse_landing(bytes->reveal());
    if (what.has_error()) {
        co_return what.error();
    }
    what->by = std::move(by);
    what->action = "connection.confirmed";
    const auto org = what->by.org;
    auto landed = co_await land(context, std::move(*what));
    if (landed.has_error()) {
        co_return landed.error();
    }
    auto read = [id = landed->id](sql_session& session) -> result<std::optional<time_point>> {
        const auto when = expiries_of(session, {id});
        return when.empty() ? std::nullopt : when.front().expires_at;
    };
    auto expires_at = co_await context.db.with_org(org, access::read, std::move(read));
    if (expires_at.has_error()) {
        co_return expires_at.error();
    }
    co_return to_view(*landed, *expires_at);
}

}  // namespace tenon::host
