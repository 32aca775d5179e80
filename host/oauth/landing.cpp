#include "oauth/landing.hpp"

#include "oauth/consent.hpp"
#include "oauth/erased.hpp"
#include "oauth/landed_grant.hpp"
#include "oauth/left_grants.hpp"
#include "oauth/persist.hpp"
#include "oauth/token_cache.hpp"
#include "store/changes.hpp"
#include "store/connection_grants.hpp"
#include "store/intents.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

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

// The user's connection with that account, as it is before the landing.
auto find_standing(sql_session& session, const landing& what) -> std::optional<connection_row> {
    auto row = find_connection(session, what.by.user, what.provider, what.account.text());
    return row && row->account == what.account ? std::move(row) : std::nullopt;
}

// It stems from a later consent than this landing: of an exchange that was cut off, or a parked one
// that waited.
auto is_later(sql_session& session, const connection_row& row, const landing& what) -> bool {
    if (row.state != connection_state::connected) {
        return false;
    }
    const auto main = find_grant_of(session, row.id, "");
    return main && main->state == grant_state::live && main->authorized_at > what.issued_at;
}

struct stored_landing {
    connection_row connection;
    std::vector<grant_id> grants;  // whose rows changed
    std::vector<settled_tokens> left;
};

auto is_live(sql_session& session, const grant_id& id) -> bool {
    const auto row = find_grant(session, id);
    return row && row->state == grant_state::live;
}

// The links that the landing takes the place of. An import tells of its own slot alone: others
// stay, but those that are dead, or being revoked at this moment.
auto replaced_links(
    sql_session& session, const landing& what, std::vector<grant_link> before,
    const std::vector<grant_link>& now
) -> std::vector<grant_link> {
    if (what.given) {
        std::erase_if(before, [&](const grant_link& link) {
            return !has_slot(now, link.slot) && is_live(session, link.grant);
        });
    }
    return before;
}

// An import that names no slot means the connection's main one, whatever that is called.
auto in_its_slot(const landing& what, granted from, const std::vector<grant_link>& before)
    -> granted {
    if (what.given && from.slot.empty() && !before.empty()) {
        from.slot = plugin_slot(before.front().slot);
    }
    return from;
}

// Slots that an import leaves stay in their order.
auto position_of(
    const landing& what, const std::vector<grant_link>& before, const std::string& slot,
    std::size_t index
) -> std::int64_t {
    if (!what.given || before.empty()) {
        return static_cast<std::int64_t>(index);
    }
    const auto there = std::ranges::find(before, slot, &grant_link::slot);
    return there == before.end() ? before.back().position + 1 : there->position;
}

// Others who share a grant that was dead have a live one again.
void revive_others(
    sql_session& session, const oauth_context& context, const landing& what,
    const connection_row& stored, const grant_id& grant
) {
    const auto revived = set_state_of_connections_of_grant(
        session, grant, connection_state::connected, "", stored.updated_at
    );
    for (const auto& other : revived) {
        if (other.connection != stored.id) {  // its line is what brought the tokens
            note_revived(session, context, what.by, other);
        }
    }
}

// The connection with all its grants; those that it has no more are let go. `leaving`: it was being
// disconnected. What an import takes the place of may be what it brings: it is not revoked.
auto store_with_grants(
    sql_session& session, const oauth_context& context, const landing& what,
    const provider_instance& provider, bool leaving
) -> result<stored_landing> {
    auto [stored, stood] = store_connection(session, context, what);
    const auto before = stood ? links_of_connection(session, stored.id) : std::vector<grant_link>();
    std::vector<grant_link> links;
    for (std::size_t i = 0; i < what.grants.size(); ++i) {
        const auto from = in_its_slot(what, what.grants[i], before);
        auto grant = store_grant(session, context, what, from, provider, stored.id);
        if (grant.has_error()) {
            return grant.error();
        }
        const auto slot = stored_slot(from.slot);
        links.push_back({stored.id, slot, grant->id, position_of(what, before, slot, i)});
        link_grant(session, links.back());
        if (grant->stood) {
            revive_others(session, context, what, stored, grant->id);
        }
    }
    stored_landing landed{std::move(stored), {}, {}};
    std::ranges::transform(links, std::back_inserter(landed.grants), &grant_link::grant);
    if (stood) {
        auto& connection = landed.connection;
        const auto replaced = leaving ? before : replaced_links(session, what, before, links);
        auto left = let_go(session, context, provider, replaced, links);
        landed.grants.insert(landed.grants.end(), left.grants.begin(), left.grants.end());
        if (leaving || !what.given) {
            landed.left = std::move(left.settled);
        }
        append_change(
            session, change_kind::connection, connection.id.text(), connection.updated_at
        );
    }
    return landed;
}

auto disconnected_meanwhile() -> error {
    return fail(errc::invalid_state, "the user disconnected while the account was connected");
}

// Its intent, or what it was parked in, is gone: it was stored before (the commit's answer was
// lost, or another host took it up), and its tokens may have been renewed since, or its user may
// have disconnected; or another host has discarded it.
auto landed_before(sql_session& session, const landing& what) -> result<stored_landing> {
    auto row = find_connection(session, what.by.user, what.provider, what.account.text());
    if (!row || row->state != connection_state::connected) {
        return disconnected_meanwhile();
    }
    return stored_landing{std::move(*row), {}, {}};
}

auto store_all(
    sql_session& session, const oauth_context& context, const landing& what,
    const provider_instance& provider
) -> result<stored_landing> {
    if (auto welcome = refuse_erased(session, context, what.by, what.issued_at);
        welcome.has_error()) {
        return welcome.error();
    }
    if (what.is_taken) {
        return landed_before(session, what);
    }
    if (!what.intent.empty()) {
        switch (take_wanted_intent(session, what.intent)) {
            case intent_end::taken: break;
            case intent_end::withdrawn: return disconnected_meanwhile();
            case intent_end::gone: return landed_before(session, what);
        }
    }
    auto stands = find_standing(session, what);
    if (stands && is_later(session, *stands, what)) {
        note_overtaken(session, context, what, *stands);
        return stored_landing{std::move(*stands), {}, {}};
    }
    const bool leaving = stands && stands->state_reason == leaving_reason;
    auto stored = store_with_grants(session, context, what, provider, leaving);
    if (stored.has_value()) {
        note_consent(session, context, what, stored->connection, stored->left);
    }
    return stored;
}

}  // namespace

auto land(oauth_context& context, landing what) -> boost::asio::awaitable<result<connection_row>> {
    auto provider = co_await context.providers.acquire(what.provider.text());
    if (provider.has_error()) {
        co_return provider.error();
    }
    auto org = what.by.org;
    auto shared = std::make_shared<const landing>(std::move(what));
    landing_source source = [shared = std::move(shared)](sql_session& /*session*/) {
        return shared;
    };
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
