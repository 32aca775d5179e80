#include "store/audit.hpp"

#include "api/audit_json.hpp"
#include "api/handlers/handlers.hpp"
#include "api/page_parameters.hpp"
#include "store/database.hpp"

#include <charconv>

namespace tenon::host::handlers {

namespace {

auto query_of(const call& mine) -> result<audit_query> {
    auto page = page_of(mine.http);
    if (page.has_error()) {
        return page.error();
    }
    audit_query query;
    query.limit = page->limit + 1;  // one more tells whether there is another page
    if (!page->cursor.empty()) {
        std::int64_t before = 0;
        const auto* const end = page->cursor.data() + page->cursor.size();
        const auto [stop, problem] = std::from_chars(page->cursor.data(), end, before);
        if (problem != std::errc{} || stop != end) {
            return fail(errc::invalid_request, "cursor is none of this list's: take nextCursor.");
        }
        query.before = before;
    }
    if (const auto action = mine.http.query_value("action")) {
        query.action = std::string(*action);
    }
    if (const auto connection = mine.http.query_value("connectionId")) {
        query.connection = connection_id(std::string(*connection));
    }
    return query;
}

auto read_page(call& mine, audit_query query)
    -> boost::asio::awaitable<result<std::vector<audit_row>>> {
    auto work = [query,
                 user = mine.user](sql_session& session) mutable -> result<std::vector<audit_row>> {
        if (!user.empty()) {
            query.subject = find_pseudonym(session, user);
            if (!query.subject) {
                return std::vector<audit_row>();
            }
        }
        return tenon::host::list_audit(session, query);
    };
    co_return co_await mine.api.oauth.db.with_org(mine.who->org, access::read, std::move(work));
}

}  // namespace

auto list_audit(call& mine) -> answer {
    auto query = query_of(mine);
    if (query.has_error()) {
        co_return query.error();
    }
    const auto wanted = query->limit - 1;
    auto rows = co_await read_page(mine, *query);
    if (rows.has_error()) {
        co_return rows.error();
    }
    const bool is_more = rows->size() > wanted;
    if (is_more) {
        rows->pop_back();
    }
    json_writer json(64 + rows->size() * 320);
    json.begin_object().key("entries").begin_array();
    for (const auto& row : *rows) {
        write_audit_entry(json, row);
    }
    json.end_array().key("nextCursor");
    if (is_more) {
        json.value(std::to_string(rows->back().seq));
    } else {
        json.raw("null");
    }
    co_return json_response(200, json.end_object().take());
}

}  // namespace tenon::host::handlers
