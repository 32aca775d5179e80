#include "api/user_data.hpp"

#include "api/json_writer.hpp"
#include "store/audit.hpp"

#include <algorithm>

namespace tenon::host {

namespace {

constexpr std::size_t most_bytes = std::size_t{4} * 1'024 * 1'024;
constexpr std::size_t batch = 50;  // profiles may be long

struct place {
    std::size_t section = 0;
    std::string after;
};

// `SECTION:POSITION`
auto to_text(const place& where) -> std::string {
    return std::string(data_sections()[where.section].name) + ':' + where.after;
}

auto place_of(const std::string& cursor) -> result<place> {
    if (cursor.empty()) {
        return place{};
    }
    const auto colon = std::min(cursor.find(':'), cursor.size());
    const auto sections = data_sections();
    const auto found =
        std::ranges::find(sections, std::string_view(cursor).substr(0, colon), &data_section::name);
    if (found == sections.end() || colon == cursor.size()) {
        return fail(errc::invalid_request, "cursor is none of this export's: take nextCursor.");
    }
    const auto section = static_cast<std::size_t>(found - sections.begin());
    return place{section, cursor.substr(colon + 1)};
}

struct data_page {
    std::vector<std::string> lists{data_sections().size()};  // the items of each section
    std::optional<place> next;
    std::size_t items = 0;
    std::size_t bytes = 0;

    void add(std::size_t section, const std::vector<exported_item>& some) {
        for (const auto& item : some) {
            lists[section] += (lists[section].empty() ? "" : ",") + item.json;
            bytes += item.json.size();
            ++items;
        }
    }
};

// One section until it ends, or the page is full.
auto fill(
    sql_session& session, const data_subject& of, std::size_t limit, place where, data_page& page
) -> result<void> {
    for (;;) {
        if (page.items >= limit || page.bytes >= most_bytes) {
            page.next = std::move(where);
            return {};
        }
        const auto wanted = std::min(batch, limit - page.items);
        const auto some = data_sections()[where.section].read(session, of, where.after, wanted);
        if (some.has_error()) {
            return some.error();
        }
        page.add(where.section, *some);
        if (some->size() < wanted) {
            return {};
        }
        where.after = some->back().position;
    }
}

}  // namespace

auto user_data_json(sql_session& session, const data_question& what, time_point now)
    -> result<std::string> {
    auto where = place_of(what.cursor);
    if (where.has_error()) {
        return where.error();
    }
    const data_subject of{what.user, find_pseudonym(session, what.user), now};
    const auto sections = data_sections();
    data_page page;
    while (where->section < sections.size() && !page.next) {
        if (auto filled = fill(session, of, what.limit, *where, page); filled.has_error()) {
            return filled.error();
        }
        *where = {where->section + 1, {}};
    }
    json_writer json(512 + page.bytes + page.items);
    json.begin_object().field("userId", what.user.text()).field("exportedAt", now);
    for (std::size_t i = 0; i < sections.size(); ++i) {
        json.raw_field(sections[i].name, '[' + page.lists[i] + ']');
    }
    json.key("nextCursor");
    if (page.next) {
        json.value(to_text(*page.next));
    } else {
        json.raw("null");
    }
    return json.end_object().take();
}

}  // namespace tenon::host
