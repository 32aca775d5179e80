#include "store/organizations.hpp"

#include "api/handlers/handlers.hpp"
#include "api/json_writer.hpp"
#include "api/key_json.hpp"
#include "api/key_minting.hpp"
#include "oauth/audit_entry.hpp"
#include "store/changes.hpp"
#include "store/database.hpp"

namespace tenon::host::handlers {

namespace {

auto organization_of(call& mine) -> result<organization_row> {
    organization_row row;
    row.name = mine.body.required_text("name");
    auto id = mine.body.text("id");
    if (auto checked = mine.body.checked(); checked.has_error()) {
        return checked.error();
    }
    if (id.empty()) {
        id = make_uuid(mine.api.oauth.time, mine.api.oauth.random);
    }
    row.id = org_id(std::move(id));
    row.created_at = mine.api.oauth.time.now();
    return row;
}

// The first key of the new organization has the caller's scopes, but for those over organizations.
auto first_key_of(const call& mine, const organization_row& org) -> minted_key {
    auto scopes = mine.who->scopes;
    scopes.remove(key_scope::admin);
    auto& oauth = mine.api.oauth;
    return mint_key(org.id, "first key", scopes, std::nullopt, oauth.time, oauth.random);
}

auto store_organization(call& mine, organization_row row) -> boost::asio::awaitable<result<void>> {
    auto work = [row](sql_session& session) -> result<void> {
        if (find_organization(session, row.id)) {
            return fail(errc::conflict, "There is an organization of that id already.");
        }
        insert_organization(session, row);
        return {};
    };
    co_return co_await mine.api.oauth.db.as_service(access::write, std::move(work));
}

auto store_first_key(call& mine, api_key_row row) -> boost::asio::awaitable<result<void>> {
    auto work = [row](sql_session& session) -> result<void> {
        insert_api_key(session, row);
        append_change(session, change_kind::key, row.id.text(), row.created_at);
        return {};
    };
    const auto org = row.org;
    co_return co_await mine.api.oauth.db.with_org(org, access::write, std::move(work));
}

auto note_organization(call& mine, const organization_row& row)
    -> boost::asio::awaitable<result<void>> {
    json_writer detail;
    detail.begin_object()
        .field("organizationId", row.id.text())
        .field("name", row.name)
        .end_object();
    const audit_entry entry{"organization.created", {}, {}, "ok", detail.take()};
    auto& oauth = mine.api.oauth;
    auto work = [&oauth, by = mine.as_actor(), entry](sql_session& session) -> result<void> {
        write_audit(session, oauth, by, entry);
        return {};
    };
    co_return co_await oauth.db.with_org(mine.who->org, access::write, std::move(work));
}

}  // namespace

auto create_organization(call& mine) -> answer {
    auto row = organization_of(mine);
    if (row.has_error()) {
        co_return row.error();
    }
    const auto first = first_key_of(mine, *row);
    auto stored = co_await store_organization(mine, *row);
    if (stored.has_value()) {
        stored = co_await store_first_key(mine, first.row);
    }
    if (stored.has_value()) {
        stored = co_await note_organization(mine, *row);
    }
    if (stored.has_error()) {
        co_return stored.error();
    }
    json_writer json(512);
    json.begin_object()
        .field("id", row->id.text())
        .field("name", row->name)
        .field("createdAt", row->created_at)
        .raw_field("apiKey", new_key_json(first))
        .end_object();
    auto to = json_response(201, json.take());
    to.no_store = true;
    co_return to;
}

}  // namespace tenon::host::handlers
