#include "api/key_minting.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "store/changes.hpp"
#include "store/database.hpp"
#include "store/organizations.hpp"

namespace tenon::host {

namespace {

constexpr std::size_t hint_length = 12;

auto row_of(
    org_id org, std::string name, std::string_view key, key_scopes scopes, const clock& time,
    random_source& random
) -> api_key_row {
    api_key_row row;
    row.id = api_key_id(make_uuid(time, random));
    row.org = std::move(org);
    row.name = std::move(name);
    row.key_hash = sha256(key);
    row.scopes = scopes.text();
    row.created_at = time.now();
    return row;
}

}  // namespace

auto mint_key(
    org_id org, std::string name, key_scopes scopes, std::optional<user_id> pinned_user,
    const clock& time, random_source& random
) -> minted_key {
    auto key = "tenon_" + random_token(random);
    auto row = row_of(std::move(org), std::move(name), key, scopes, time, random);
    row.hint = key.substr(0, hint_length);
    row.user = std::move(pinned_user);
    return {std::move(row), secret(std::move(key))};
}

auto default_org() -> org_id {
    return org_id("default");
}

auto ensure_default_org(database& db, const clock& time) -> result<void> {
    auto work = [now = time.now()](sql_session& session) -> result<void> {
        if (!find_organization(session, default_org())) {
            insert_organization(session, {default_org(), "default", now});
        }
        return {};
    };
    auto made = db.as_service_now(access::write, work);
    // Two hosts that start at once: the other one made it.
    if (made.has_error() && made.error().code == errc::conflict) {
        return {};
    }
    return made;
}

auto ensure_bootstrap_key(database& db, const secret& key, const clock& time, random_source& random)
    -> result<bootstrap_outcome> {
    if (key.reveal().size() < shortest_bootstrap_key) {
        return fail(
            errc::invalid_request,
            "bootstrap_api_key is shorter than 32 characters: make one with `openssl rand -hex 32`."
        );
    }
    auto row = row_of(default_org(), "bootstrap", key.reveal(), key_scopes::all(), time, random);
    // Chosen by a person: none of its characters are kept.
    row.hint = "(bootstrap)";
    row.is_bootstrap = true;
    auto look = [&row](sql_session& session) -> result<std::optional<api_key_row>> {
        return find_api_key_by_hash(session, row.key_hash);
    };
    auto found = db.as_service_now(access::read, look);
    if (found.has_error()) {
        return found.error();
    }
    if (found->has_value()) {
        return (*found)->revoked_at ? bootstrap_outcome::revoked : bootstrap_outcome::there_already;
    }
    if (auto org = ensure_default_org(db, time); org.has_error()) {
        return org.error();
    }
    auto insert = [&row](sql_session& session) -> result<void> {
        insert_api_key(session, row);
        append_change(session, change_kind::key, row.id.text(), row.created_at);
        return {};
    };
    auto made = db.with_org_now(row.org, access::write, insert);
    if (made.has_error() && made.error().code != errc::conflict) {
        return made.error();
    }
    return made.has_error() ? bootstrap_outcome::there_already : bootstrap_outcome::created;
}

}  // namespace tenon::host
