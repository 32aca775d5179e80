#include "store/organizations.hpp"

#include "api/handlers/handlers.hpp"
#include "api/json_writer.hpp"
#include "api/key_json.hpp"
#include "api/key_minting.hpp"
#include "base/log.hpp"
#include "oauth/audit_entry.hpp"
#include "store/changes.hpp"
#include "store/database.hpp"

#include <algorithm>

namespace tenon::host::handlers {

namespace {

constexpr std::size_t longest_id = 64;

auto organization_of(call& mine) -> result<organization_row> {
    organization_row row;
    row.name = mine.body.required_name("name");
    auto id = mine.body.text("id");
    const auto is_id_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    if (id.size() > longest_id || !std::ranges::all_of(id, is_id_letter)) {
        mine.body.note("id", "at most 64 letters, digits, `-`, `_` and `.`");
    }
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

// The first key of the new organization has the caller's scopes, but for those over organizations:
// a key makes only keys with a part of its own. One that could do nothing is not made.
auto first_key_of(const call& mine, const organization_row& org) -> result<minted_key> {
    auto scopes = mine.who->scopes;
    scopes.remove(key_scope::admin);
    if (scopes.empty()) {
        auto every = key_scopes::all();
        every.remove(key_scope::admin);
        return fail(
            errc::insufficient_scope,
            "The organization's first key gets this API key's scopes without admin, and that is "
            "none. Use a key that has, beside admin, what the organization is to be allowed: " +
                every.text() + "."
        );
    }
    auto& oauth = mine.api.oauth;
    return mint_key(org.id, "first key", scopes, std::nullopt, oauth.time, oauth.random);
}

// In the log of an organization that session is for.
void note_created(
    sql_session& session, const oauth_context& oauth, actor by, const organization_row& row
) {
    json_writer detail;
    detail.begin_object()
        .field("organizationId", row.id.text())
        .field("name", row.name)
        .end_object();
    by.user = {};  // an id of the caller's organization says nothing in another one
    write_audit(
        session, oauth, by, audit_entry{"organization.created", {}, {}, "ok", detail.take()}
    );
}

// All of it or nothing: an organization without a key could not be used, nor made again.
auto store_organization(call& mine, organization_row row, api_key_row key)
    -> boost::asio::awaitable<result<void>> {
    auto& oauth = mine.api.oauth;
    auto work = [&oauth, by = mine.as_actor(), row, key](sql_session& session) -> result<void> {
        if (find_organization(session, row.id)) {
            return fail(errc::conflict, "There is an organization of that id already.");
        }
        insert_organization(session, row);
        insert_api_key(session, key);
        append_change(session, change_kind::key, key.id.text(), key.created_at);
        note_created(session, oauth, by, row);
        return {};
    };
    const auto org = row.id;
    co_return co_await mine.api.oauth.db.with_org(org, access::write, std::move(work));
}

// The caller's own log has it too. It is made by then, and its key must be shown: a failure here is
// logged, not answered.
auto note_at_caller(call& mine, organization_row row) -> boost::asio::awaitable<void> {
    auto& oauth = mine.api.oauth;
    auto work = [&oauth, by = mine.as_actor(), row](sql_session& session) -> result<void> {
        note_created(session, oauth, by, row);
        return {};
    };
    auto noted = co_await mine.api.oauth.db.with_org(mine.who->org, access::write, std::move(work));
    if (noted.has_error()) {
        log(log_level::error, "audit entry lost",
            {{log_key::org, row.id.text()}, {log_key::code, code_of(noted.error().code)}});
    }
}

}  // namespace

auto create_organization(call& mine) -> answer {
    auto row = organization_of(mine);
    if (row.has_error()) {
        co_return row.error();
    }
    const auto first = first_key_of(mine, *row);
    if (first.has_error()) {
        co_return first.error();
    }
    auto stored = co_await store_organization(mine, *row, first->row);
    if (stored.has_error()) {
        co_return stored.error();
    }
    co_await note_at_caller(mine, *row);
    json_writer json(512);
    json.begin_object()
        .field("id", row->id.text())
        .field("name", row->name)
        .field("createdAt", row->created_at)
        .raw_field("apiKey", new_key_json(*first))
        .end_object();
    auto to = json_response(201, json.take());
    to.no_store = true;
    co_return to;
}

}  // namespace tenon::host::handlers
