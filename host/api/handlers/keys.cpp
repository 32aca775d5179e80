#include "api/handlers/handlers.hpp"
#include "api/json_writer.hpp"
#include "api/key_json.hpp"
#include "api/key_minting.hpp"
#include "api/page_parameters.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/erased.hpp"
#include "store/changes.hpp"
#include "store/database.hpp"

namespace tenon::host::handlers {

namespace {

struct wanted_key {
    std::string name;
    key_scopes scopes;
    std::optional<user_id> user;
};

// An empty user, such as an unset variable makes of one, would be a key that acts for every user.
void refuse_empty_user(call& mine) {
    const bool in_body = mine.body.has("userId") && mine.body.text("userId").empty();
    if (in_body || mine.http.query_value("userId") == "") {
        mine.body.note(
            "userId", "must not be empty: leave it out for a key that acts for every user"
        );
    }
}

// A key mints only what it is itself allowed: no scope more, and no other user if it is pinned to
// one.
auto wanted_key_of(call& mine) -> result<wanted_key> {
    wanted_key wanted;
    wanted.name = mine.body.required_name("name");
    const auto names = mine.body.texts("scopes");
    const auto named_user = mine.body.text("userId");
    if (names.empty()) {
        mine.body.note("scopes", "must name at least one scope");
    }
    refuse_empty_user(mine);
    if (auto checked = mine.body.checked(); checked.has_error()) {
        return checked.error();
    }
    auto scopes = parse_key_scopes(names);
    if (scopes.has_error()) {
        return scopes.error();
    }
    wanted.scopes = *scopes;
    if (!mine.who->scopes.covers(wanted.scopes)) {
        return fail(
            errc::insufficient_scope,
            "A key makes only keys with a part of its own scopes: " + mine.who->scopes.text() + "."
        );
    }
    auto user = acting_user(mine.http, *mine.who, named_user, user_rule::optional);
    if (user.has_error()) {
        return user.error();
    }
    if (!user->empty()) {
        wanted.user = std::move(*user);
    }
    return wanted;
}

// A key that acts for one user only must not outlive their erasure.
auto check_welcome(
    sql_session& session, const sealer& seal, const api_key_row& row, time_point began
) -> result<void> {
    return row.user ? refuse_erased_unnamed(session, seal, *row.user, began) : result<void>();
}

}  // namespace

// A key that is pinned to a user sees and revokes that user's keys only.
auto list_keys(call& mine) -> answer {
    auto asked = page_of(mine.http);
    if (asked.has_error()) {
        co_return asked.error();
    }
    if (!asked->cursor.empty() && !is_uuid(asked->cursor)) {  // the last id of the page before
        auto wrong = fail(errc::invalid_request, "cursor is none of this list's: take nextCursor.");
        wrong.details.push_back({"cursor", "take nextCursor of the page before"});
        co_return wrong;
    }
    const auto limit = asked->limit;
    const api_key_page page{mine.who->pinned_user, std::move(asked->cursor), limit + 1};
    auto read = [page](sql_session& session) -> result<std::vector<api_key_row>> {
        return list_api_keys(session, page);
    };
    auto rows = co_await mine.api.oauth.db.with_org(mine.who->org, access::read, std::move(read));
    if (rows.has_error()) {
        co_return rows.error();
    }
    const bool is_more = rows->size() > limit;
    if (is_more) {
        rows->pop_back();
    }
    json_writer json(64 + rows->size() * 320);
    json.begin_object().key("keys").begin_array();
    for (const auto& row : *rows) {
        json.begin_object();
        write_key(json, row);
        json.end_object();
    }
    json.end_array().key("nextCursor");
    if (is_more) {
        json.value(rows->back().id.text());
    } else {
        json.raw("null");
    }
    co_return json_response(200, json.end_object().take());
}

auto create_key(call& mine) -> answer {
    auto& oauth = mine.api.oauth;
    const auto began = oauth.time.now();
    auto wanted = wanted_key_of(mine);
    if (wanted.has_error()) {
        co_return wanted.error();
    }
    const auto made = mint_key(
        mine.who->org, wanted->name, wanted->scopes, wanted->user, oauth.time, oauth.random
    );
    json_writer detail;
    detail.begin_object().field("keyId", made.row.id.text());
    if (!made.row.user) {  // the name of one user's key may be the user's, and the log keeps it
        detail.field("name", made.row.name);
    }
    detail.field("scopes", made.row.scopes).end_object();
    const audit_entry entry{"key.created", {}, {}, "ok", detail.take()};
    auto work = [&oauth, by = mine.as_actor(), row = made.row, began,
                 entry](sql_session& session) -> result<void> {
        if (auto welcome = check_welcome(session, oauth.seal, row, began); welcome.has_error()) {
            return welcome;
        }
        insert_api_key(session, row);
        append_change(session, change_kind::key, row.id.text(), row.created_at);
        write_audit(session, oauth, by, entry);
        return {};
    };
    auto stored = co_await oauth.db.with_org(mine.who->org, access::write, std::move(work));
    if (stored.has_error()) {
        co_return stored.error();
    }
    mine.api.keys.forget(made.row.id);
    auto to = json_response(201, new_key_json(made));
    to.no_store = true;
    co_return to;
}

auto revoke_key(call& mine) -> answer {
    const api_key_id id(std::string(mine.http.param("id")));
    json_writer detail;
    detail.begin_object().field("keyId", id.text()).end_object();
    const audit_entry entry{"key.revoked", {}, {}, "ok", detail.take()};
    auto& oauth = mine.api.oauth;
    auto work = [&oauth, by = mine.as_actor(), id, entry,
                 pin = mine.who->pinned_user](sql_session& session) -> result<void> {
        const auto now = oauth.time.now();
        const auto known = find_api_key(session, id);
        if (!known || (pin && known->user != pin)) {  // another user's is none
            return fail(errc::not_found, "There is no API key of that id.");
        }
        if (revoke_api_key(session, id, now)) {
            append_change(session, change_kind::key, id.text(), now);
            write_audit(session, oauth, by, entry);
        }
        return {};
    };
    auto revoked = co_await oauth.db.with_org(mine.who->org, access::write, std::move(work));
    if (revoked.has_error()) {
        co_return revoked.error();
    }
    mine.api.keys.forget(id);
    json_writer json;
    json.begin_object().field("success", true).field("message", "The key is revoked.").end_object();
    co_return json_response(200, json.take());
}

}  // namespace tenon::host::handlers
