#include "oauth/landing.hpp"

#include "oauth/audit_entry.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/persist.hpp"
#include "oauth/refresh_burial.hpp"
#include "oauth/sealing.hpp"
#include "oauth/token_cache.hpp"
#include "store/changes.hpp"
#include "store/connection_grants.hpp"
#include "store/intents.hpp"

namespace tenon::host {
namespace {

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

// Providers that give a refresh token with the first consent only (Google) mean the old one to be
// used on.
auto keeps_refresh_token(const grant_row& standing, const grant_row& row) -> bool {
    return !row.refresh_token && standing.refresh_token && standing.state == grant_state::live &&
           standing.client_id == row.client_id;
}

auto to_row(const oauth_context& context, const landing& what, const granted& from, grant_id id)
    -> grant_row {
    const auto& org = what.by.org;
    grant_row row;
    row.id = std::move(id);
    row.provider = what.provider;
    row.client_id = what.client_id;
    row.account = account_of(what, from);
    row.slot = stored_slot(from.slot);
    row.access_token = seal_for(
        context.seal, org, row.id.text(), sealed_column::grant_access_token,
        from.access_token.reveal()
    );
    const auto sealed = [&](sealed_column column, const secret& token) {
        return sealed_or_none(context.seal, org, row.id, column, token);
    };
    row.refresh_token = sealed(sealed_column::grant_refresh_token, from.refresh_token);
    row.id_token = sealed(sealed_column::grant_id_token, from.id_token);
    row.credentials = sealed(sealed_column::grant_credentials, what.credentials);
    row.key_id = context.seal.current_key_id();
    row.token_type = from.token_type.empty() ? "Bearer" : from.token_type;
    row.scope = from.scope.empty() ? what.scope : from.scope;
    row.base_url = from.base_url;
    row.connect_params = what.connect_params;
    row.authorized_at = row.issued_at = what.issued_at;
    row.created_at = row.updated_at = context.time.now();
    row.generation = first_generation(row.created_at);
    return row;
}

void set_ends(
    grant_row& row, const oauth_context& context, const granted& from,
    const provider_instance& provider, const grant_row* keeping_of
) {
    row.refresh_expires_at = refresh_expiry_of(from, row.issued_at, provider);
    row.refresh_not_before = refresh_start_of(from, row.issued_at, provider);
    if (keeping_of != nullptr) {
        row.refresh_token = keeping_of->refresh_token;
        row.refresh_expires_at = keeping_of->refresh_expires_at;
        row.refresh_not_before = keeping_of->refresh_not_before;
    }
    row.refresh_expires_at = within_lifetime(row.refresh_expires_at, row.authorized_at, provider);
    row.expires_at = expiry_of(from, row.issued_at, life_of(row, &provider), provider);
    row.next_refresh_at = next_refresh(life_of(row, &provider), random_fraction(context.random));
}

auto is_leased(const grant_row& row, time_point now) -> bool {
    return !row.lease_owner.empty() && row.lease_until && *row.lease_until > now;
}

// Written over what stands there, whose id is the row's and which is locked.
auto replace_grant(
    sql_session& session, const oauth_context& context, const granted& from, grant_row row,
    const provider_instance& provider, const grant_row& standing
) -> result<void> {
    if (standing.state == grant_state::live && standing.authorized_at > row.authorized_at) {
        return {};  // the user consented anew meanwhile
    }
    const bool keeps = keeps_refresh_token(standing, row);
    if (keeps && is_leased(standing, row.updated_at)) {
        // It may be rotated, or revoked, at this moment.
        return fail(errc::storage_unavailable, "the account's grant is busy; try again");
    }
    set_ends(row, context, from, provider, keeps ? &standing : nullptr);
    const auto generation = upsert_grant(session, row);
    if (generation.has_error()) {
        return generation.error();
    }
    append_change(session, change_kind::grant, row.id.text(), row.updated_at);
    return {};
}

struct stored_grant {
    grant_id id;
    bool stood = false;  // it was there before
};

// The grant's id is part of what binds its tokens, so it is looked up first; a row that came
// meanwhile makes it conflict.
auto store_grant(
    sql_session& session, const oauth_context& context, const landing& what, const granted& from,
    const provider_instance& provider
) -> result<stored_grant> {
    const auto known =
        find_grant_id(session, what.provider, account_of(what, from), stored_slot(from.slot));
    const grant_id id = known ? *known : grant_id(make_uuid(context.time, context.random));
    auto row = to_row(context, what, from, id);
    if (known && lock_grant(session, id)) {
        const auto standing = find_grant(session, id);
        auto replaced = replace_grant(session, context, from, std::move(row), provider, *standing);
        return replaced.has_error() ? result<stored_grant>(replaced.error())
                                    : stored_grant{id, true};
    }
    set_ends(row, context, from, provider, nullptr);
    const auto generation = upsert_grant(session, row);
    return generation.has_error() ? result<stored_grant>(generation.error())
                                  : stored_grant{id, false};
}

struct stored_connection {
    connection_row row;
    bool stood = false;  // it was there before
};

auto store_connection(sql_session& session, const oauth_context& context, const landing& what)
    -> stored_connection {
    connection_row row;
    const auto fresh = connection_id(make_uuid(context.time, context.random));
    row.id = what.connection.empty() ? fresh : what.connection;
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
    auto stored = upsert_connection(session, row);
    const bool stood = stored.id != fresh;
    return {std::move(stored), stood};
}

// The user's connection where it stems from a later consent than this landing: of an exchange that
// was cut off, or a parked one that waited.
auto find_later(sql_session& session, const landing& what) -> std::optional<connection_row> {
    auto row = find_connection(session, what.by.user, what.provider, what.account.text());
    if (!row || row->account != what.account || row->state != connection_state::connected) {
        return std::nullopt;
    }
    const auto main = find_grant_of(session, row->id, "");
    const bool later =
        main && main->state == grant_state::live && main->authorized_at > what.issued_at;
    return later ? std::move(row) : std::nullopt;
}

struct stored_landing {
    connection_row connection;
    std::vector<grant_id> grants;
};

void drop_other_slots(
    sql_session& session, const connection_id& connection, const std::vector<std::string>& slots
) {
    for (const auto& left : unlink_other_slots(session, connection, slots)) {
        if (lock_grant(session, left)) {
            erase_grant_if_unreferenced(session, left);
        }
    }
}

// The connection with all its grants; those of slots that it has no more are let go.
auto store_with_grants(
    sql_session& session, const oauth_context& context, const landing& what,
    const provider_instance& provider
) -> result<stored_landing> {
    auto [stored, stood] = store_connection(session, context, what);
    std::vector<std::string> slots;
    std::vector<grant_id> grants;
    for (std::size_t i = 0; i < what.grants.size(); ++i) {
        const auto& from = what.grants[i];
        auto grant = store_grant(session, context, what, from, provider);
        if (grant.has_error()) {
            return grant.error();
        }
        const auto& id = grant->id;
        slots.push_back(stored_slot(from.slot));
        grants.push_back(id);
        link_grant(session, grant_link{stored.id, slots.back(), id, static_cast<std::int64_t>(i)});
        if (grant->stood) {
            revive(session, context, {what.by, what.provider, stored.id}, id);
        }
    }
    if (stood) {
        drop_other_slots(session, stored.id, slots);
        append_change(session, change_kind::connection, stored.id.text(), stored.updated_at);
    }
    return stored_landing{std::move(stored), std::move(grants)};
}

// Its intent is gone: it was stored before (the commit's answer was lost, or another host took it
// up), or its user has disconnected meanwhile.
auto landed_before(sql_session& session, const landing& what) -> result<stored_landing> {
    auto row = find_connection(session, what.by.user, what.provider, what.account.text());
    if (!row || row->state != connection_state::connected) {
        return fail(errc::invalid_state, "the user disconnected while the account was connected");
    }
    return stored_landing{std::move(*row), {}};
}

auto store_all(
    sql_session& session, const oauth_context& context, const landing& what,
    const provider_instance& provider
) -> result<stored_landing> {
    if (!what.intent.empty() && !take_intent(session, what.intent)) {
        return landed_before(session, what);
    }
    audit_entry entry;
    auto later = find_later(session, what);
    if (later) {
        entry.detail = R"({"overtaken":true})";
    }
    auto stored = later ? result<stored_landing>(stored_landing{std::move(*later), {}})
                        : store_with_grants(session, context, what, provider);
    if (stored.has_error()) {
        return stored.error();
    }
    entry.action = what.action;
    entry.provider = what.provider;
    entry.connection = stored->connection.id;
    write_audit(session, context, what.by, entry);
    return stored;
}

}  // namespace

auto land(oauth_context& context, landing what) -> boost::asio::awaitable<result<connection_row>> {
    auto provider = co_await context.providers.acquire(what.provider.text());
    if (provider.has_error()) {
        co_return provider.error();
    }
    auto org = what.by.org;
    const auto shared = std::make_shared<const landing>(std::move(what));
    landing_source source = [shared](sql_session& /*session*/) { return shared; };
    co_return co_await land_from(context, std::move(org), std::move(*provider), std::move(source));
}

auto land_from(oauth_context& context, org_id org, provider_handle provider, landing_source source)
    -> boost::asio::awaitable<result<connection_row>> {
    auto write = [&context, provider, source](sql_session& session) -> result<stored_landing> {
        const auto what = source(session);
        if (what.has_error()) {
            return what.error();
        }
        return store_all(session, context, **what, *provider);
    };
    auto stored = co_await persist(context, org, write);
    if (stored.has_error() && stored.error().code == errc::conflict) {
        stored = co_await persist(context, org, write);
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
    context.cache.marks().touch(org, stored->connection.user);
    co_return std::move(stored->connection);
}

}  // namespace tenon::host
