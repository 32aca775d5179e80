#include "oauth/landed_grant.hpp"

#include "crypto/random.hpp"
#include "oauth/exchange.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/host_fields.hpp"
#include "oauth/leaving.hpp"
#include "oauth/sealing.hpp"
#include "store/changes.hpp"
#include "store/connection_grants.hpp"

#include <algorithm>

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

// Do the connect parameters of both lead to the same hosts?
auto same_hosts(const descriptor& about, const grant_row& left, const grant_row& right) -> bool {
    if (left.connect_params == right.connect_params) {
        return true;
    }
    const auto ours = params_from_json(left.connect_params);
    const auto theirs = params_from_json(right.connect_params);
    const auto value_in = [](const auto& params, const std::string& name) {
        const auto found = params.find(name);
        return found == params.end() ? std::string() : found->second;
    };
    const auto any_role = ~origin_roles{0};
    return std::ranges::all_of(host_fields(about, any_role), [&](const std::string& field) {
        return value_in(ours, field) == value_in(theirs, field);
    });
}

// Providers that give a refresh token with the first consent only (Google) mean the old one to be
// used on. It goes to no host but those that issued it.
auto keeps_refresh_token(const descriptor& about, const grant_row& standing, const grant_row& row)
    -> bool {
    return !row.refresh_token && standing.refresh_token && standing.state == grant_state::live &&
           standing.client_id == row.client_id && same_hosts(about, standing, row);
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
        // Somebody consented anew meanwhile; unless he has disconnected, too.
        return is_being_revoked(standing, row.updated_at)
                   ? fail(errc::storage_unavailable, "the account's grant is revoked just now")
                   : result<void>();
    }
    const bool keeps = keeps_refresh_token(provider.about(), standing, row);
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

}  // namespace

auto store_grant(
    sql_session& session, const oauth_context& context, const landing& what, const granted& from,
    const provider_instance& provider, const connection_id& connection
) -> result<stored_grant> {
    const auto known =
        find_grant_id(session, what.provider, account_of(what, from), stored_slot(from.slot));
    const grant_id id = known ? *known : grant_id(make_uuid(context.time, context.random));
    auto row = to_row(context, what, from, id);
    if (known && lock_grant(session, id)) {
        const auto standing = find_grant(session, id);
        const bool inherits = what.given && keeps_refresh_token(provider.about(), *standing, row);
        if (inherits && is_used_by_others(session, id, connection)) {
            return fail(
                errc::conflict,
                "the account is connected already, and this import brings no refresh token of its "
                "own: import it with one, or let the user connect"
            );
        }
        auto replaced = replace_grant(session, context, from, std::move(row), provider, *standing);
        return replaced.has_error() ? result<stored_grant>(replaced.error())
                                    : stored_grant{id, true};
    }
    set_ends(row, context, from, provider, nullptr);
    const auto generation = upsert_grant(session, row);
    return generation.has_error() ? result<stored_grant>(generation.error())
                                  : stored_grant{id, false};
}

}  // namespace tenon::host
