#include "oauth/landing.hpp"

#include "oauth/audit_entry.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/persist.hpp"
#include "oauth/sealing.hpp"
#include "oauth/token_cache.hpp"
#include "store/changes.hpp"
#include "store/connection_grants.hpp"
#include "store/intents.hpp"

namespace tenon::host {
namespace {

constexpr std::string_view main_slot = "main";

// Of a grant that is new. Where there was one before, under the same names, it began earlier and
// had fewer refreshes than milliseconds since: a generation names one token for ever.
auto first_generation(time_point now) -> std::int64_t {
    return now.time_since_epoch().count();
}

auto sealed_or_none(
    const sealer& seal, const org_id& org, const grant_id& id, sealed_column column,
    const secret& token
) -> std::optional<std::string> {
    if (token.empty()) {
        return std::nullopt;
    }
    return seal_for(seal, org, id.text(), column, token.reveal());
}

auto to_row(
    const oauth_context& context, const landing& what, const granted& from, grant_id id,
    const provider_instance& provider
) -> grant_row {
    const auto& org = what.by.org;
    grant_row row;
    row.id = std::move(id);
    row.provider = what.provider;
    row.client_id = what.client_id;
    row.account = from.account_id.empty() ? what.account : account_id(from.account_id);
    row.slot = stored_slot(from.slot);
    row.access_token = seal_for(
        context.seal, org, row.id.text(), sealed_column::grant_access_token,
        from.access_token.reveal()
    );
    row.refresh_token = sealed_or_none(
        context.seal, org, row.id, sealed_column::grant_refresh_token, from.refresh_token
    );
    row.id_token =
        sealed_or_none(context.seal, org, row.id, sealed_column::grant_id_token, from.id_token);
    row.key_id = context.seal.current_key_id();
    row.token_type = from.token_type.empty() ? "Bearer" : from.token_type;
    row.scope = from.scope.empty() ? what.scope : from.scope;
    row.base_url = from.base_url;
    row.connect_params = what.connect_params;
    row.issued_at = what.issued_at;
    row.expires_at = expiry_of(from.access_token, from.expires_at, what.issued_at, provider);
    row.refresh_expires_at = refresh_expiry_of(from, what.issued_at, provider);
    row.refresh_not_before = from.refresh_not_before;
    row.next_refresh_at = next_refresh(life_of(row, &provider), random_fraction(context.random));
    row.created_at = row.updated_at = context.time.now();
    row.generation = first_generation(row.created_at);
    return row;
}

// The grant's id is part of what binds its tokens, so it is looked up first; a row that came
// meanwhile makes it conflict.
auto store_grant(
    sql_session& session, const oauth_context& context, const landing& what, const granted& from,
    const provider_instance& provider
) -> result<grant_id> {
    const account_id account = from.account_id.empty() ? what.account : account_id(from.account_id);
    auto known = find_grant_id(session, what.provider, account, stored_slot(from.slot));
    grant_id id = known ? *known : grant_id(make_uuid(context.time, context.random));
    const auto row = to_row(context, what, from, id, provider);
    const auto generation = upsert_grant(session, row);
    if (generation.has_error()) {
        return generation.error();
    }
    if (known) {
        append_change(session, change_kind::grant, id.text(), row.updated_at);
    }
    return id;
}

auto store_connection(sql_session& session, const oauth_context& context, const landing& what)
    -> connection_row {
    connection_row row;
    row.id = connection_id(make_uuid(context.time, context.random));
    row.user = what.by.user;
    row.provider = what.provider;
    row.account = what.account;
    row.scope = what.scope;
    row.metadata = what.metadata;
    row.connect_params = what.connect_params;
    row.profile = what.profile;
    row.created_at = row.updated_at = context.time.now();
    if (row.profile) {
        row.profile_at = row.created_at;
    }
    return upsert_connection(session, row);
}

struct stored_landing {
    connection_row connection;
    std::vector<grant_id> grants;
};

auto store_all(
    sql_session& session, const oauth_context& context, const landing& what,
    const provider_instance& provider
) -> result<stored_landing> {
    auto stored = store_connection(session, context, what);
    std::vector<std::string> slots;
    std::vector<grant_id> grants;
    for (std::size_t i = 0; i < what.grants.size(); ++i) {
        const auto& from = what.grants[i];
        auto id = store_grant(session, context, what, from, provider);
        if (id.has_error()) {
            return id.error();
        }
        slots.push_back(stored_slot(from.slot));
        grants.push_back(*id);
        link_grant(session, grant_link{stored.id, slots.back(), *id, static_cast<std::int64_t>(i)});
        // Others who share a grant that was dead have a live one again.
        set_state_of_connections_of_grant(
            session, *id, connection_state::connected, "", stored.updated_at
        );
    }
    for (const auto& left : unlink_other_slots(session, stored.id, slots)) {
        erase_grant_if_unreferenced(session, left);
    }
    if (!what.intent.empty()) {
        delete_intent(session, what.intent);
    }
    if (stored.created_at != stored.updated_at) {
        append_change(session, change_kind::connection, stored.id.text(), stored.updated_at);
    }
    audit_entry entry;
    entry.action = what.action;
    entry.provider = what.provider;
    entry.connection = stored.id;
    write_audit(session, context, what.by, entry);
    return stored_landing{std::move(stored), std::move(grants)};
}

}  // namespace

auto land(oauth_context& context, landing what) -> boost::asio::awaitable<result<connection_row>> {
    auto provider = co_await context.providers.acquire(what.provider.text());
    if (provider.has_error()) {
        co_return provider.error();
    }
    const auto shared = std::make_shared<const landing>(std::move(what));
    const provider_handle handle = *provider;
    auto write = [&context, shared, handle](sql_session& session) {
        return store_all(session, context, *shared, *handle);
    };
    auto stored = co_await persist(context, shared->by.org, write);
    if (stored.has_error() && stored.error().code == errc::conflict) {
        stored = co_await persist(context, shared->by.org, write);
    }
    if (stored.has_error()) {
        co_return stored.error();
    }
    for (const auto& grant : stored->grants) {
        context.cache.forget(grant);
    }
    if (stored->connection.created_at != stored->connection.updated_at) {
        context.cache.forget(stored->connection.id);
    }
    context.cache.marks().touch(shared->by.org, shared->by.user);
    co_return std::move(stored->connection);
}

auto stored_slot(std::string_view plugin_slot) -> std::string {
    return std::string(plugin_slot.empty() ? main_slot : plugin_slot);
}

auto plugin_slot(std::string_view stored) -> std::string {
    return stored == main_slot ? std::string() : std::string(stored);
}

}  // namespace tenon::host
