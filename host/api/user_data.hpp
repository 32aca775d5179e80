// Everything that is held of a user, as JSON, a page at a time: never a secret among it.
#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <span>
#include <string>
#include <vector>

namespace tenon::host {

class sql_session;

// Of one user, in the transaction that reads.
struct data_subject {
    user_id user;
    std::optional<std::string>
        pseudonym;  // nothing: the log never named the user, or he was erased
    time_point now{};
};

struct exported_item {
    std::string json;
    std::string position;  // with which the section goes on behind it
};

// A part of the export: a list whose items stand in an order of their own.
struct data_section {
    std::string_view name;
    // At most `limit` of them, behind `after` (empty: from the first on). Error: invalid_request
    // (`after` is no position of this section).
    result<std::vector<exported_item>> (*read)(
        sql_session& session, const data_subject& of, const std::string& after, std::size_t limit
    );
};
// In the order in which an export goes through them.
[[nodiscard]] auto data_sections() noexcept -> std::span<const data_section>;

struct data_question {
    user_id user;
    std::size_t limit = 500;  // items, of all sections together
    std::string cursor;       // of the page before, or empty
};
// `{"userId", "exportedAt", SECTION: [...], ..., "nextCursor"}`: the sections one after the other,
// until there are `limit` items, or about 4 MiB of them. Error: invalid_request (the cursor is none
// of ours).
[[nodiscard]] auto user_data_json(sql_session& session, const data_question& what, time_point now)
    -> result<std::string>;

}  // namespace tenon::host
