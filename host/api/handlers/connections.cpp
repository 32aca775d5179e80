#include "api/handlers/handlers.hpp"
#include "api/page_parameters.hpp"
#include "api/view_json.hpp"
#include "oauth/status.hpp"
#include "oauth/status_cache.hpp"

namespace tenon::host::handlers {

namespace {

auto status_named(std::string_view name) -> std::optional<connection_status> {
    for (const auto status :
         {connection_status::connected, connection_status::expired, connection_status::pending}) {
        if (to_text(status) == name) {
            return status;
        }
    }
    return std::nullopt;
}

auto filter_of(const call& mine) -> result<connection_filter> {
    auto page = page_of(mine.http);
    if (page.has_error()) {
        return page.error();
    }
    connection_filter filter;
    filter.limit = page->limit;
    filter.cursor = page->cursor;
    if (!mine.user.empty()) {
        filter.user = mine.user;
    }
    if (const auto provider = mine.http.query_value("provider")) {
        filter.provider = provider_id(std::string(*provider));
    }
    if (const auto name = mine.http.query_value("status")) {
        filter.status = status_named(*name);
        if (!filter.status) {
            auto wrong =
                fail(errc::invalid_request, "status is none of connected, expired, pending.");
            wrong.details.push_back({"status", "connected, expired or pending"});
            return wrong;
        }
    }
    return filter;
}

}  // namespace

auto status(call& mine) -> answer {
    auto found = co_await list_integrations(mine.api.oauth, mine.who->org, mine.user);
    if (found.has_error()) {
        co_return found.error();
    }
    const auto& views = (*found)->views;
    json_writer json(64 + views.size() * 512);
    json.begin_object().key("integrations").begin_array();
    for (const auto& view : views) {
        write_connection(json, view, shown_user::no);
    }
    co_return json_response(200, json.end_array().end_object().take());
}

auto list_connections(call& mine) -> answer {
    auto filter = filter_of(mine);
    if (filter.has_error()) {
        co_return filter.error();
    }
    auto page =
        co_await tenon::host::list_connections(mine.api.oauth, mine.who->org, std::move(*filter));
    if (page.has_error()) {
        co_return page.error();
    }
    json_writer json(64 + page->items.size() * 512);
    json.begin_object().key("connections").begin_array();
    for (const auto& view : page->items) {
        write_connection(json, view, shown_user::yes);
    }
    json.end_array().field("nextCursor", page->next_cursor).end_object();
    co_return json_response(200, json.take());
}

}  // namespace tenon::host::handlers
