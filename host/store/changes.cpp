#include "store/changes.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {

namespace {

// No transaction of ours lives that long: its statements are limited, and so is its idling.
constexpr milliseconds gap_lifetime{60'000};
// A burst of rolled back transactions must not make the list grow without end.
constexpr std::int64_t most_gaps = 10'000;
constexpr std::int64_t before_first = 200;

auto text_of(change_kind kind) -> std::string_view {
    switch (kind) {
        case change_kind::grant: return "grant";
        case change_kind::key: return "key";
        case change_kind::connection: return "connection";
    }
    return {};
}

auto read(const sql_row& row) -> change_row {
    const auto& kind = row.text(2);
    return {
        .seq = row.integer(0),
        .org = org_id(row.text(1)),
        .kind = kind == "grant" ? change_kind::grant
                : kind == "key" ? change_kind::key
                                : change_kind::connection,
        .subject = row.text(3),
        .at = row.time(4),
        .generation = row.optional_integer(5),
    };
}

}  // namespace

void append_change(
    sql_session& session, change_kind kind, const std::string& subject, time_point at,
    std::optional<std::int64_t> generation
) {
    run_later(
        session,
        "INSERT INTO changes (org_id, kind, subject, at, generation) VALUES ($1, $2, $3, $4, $5)",
        session.org(), text_of(kind), subject, at, generation
    );
    session.announce();
}

auto newest_change(sql_session& session) -> std::int64_t {
    return run(session, "SELECT COALESCE(MAX(seq), 0) FROM changes")[0].integer(0);
}

auto changes_after(sql_session& session, std::int64_t seq, std::size_t limit)
    -> std::vector<change_row> {
    const auto rows =
        run(session,
            "SELECT seq, org_id, kind, subject, at, generation FROM changes WHERE seq > $1 ORDER "
            "BY seq LIMIT $2",
            seq, as_limit(limit));
    return read_all(rows, read);
}

auto changes_numbered(sql_session& session, const std::vector<std::int64_t>& numbers)
    -> std::vector<change_row> {
    static const auto statement =
        "SELECT seq, org_id, kind, subject, at, generation FROM changes WHERE seq IN "
        "(" +
        list_parameters(1) + ") ORDER BY seq";
    std::vector<change_row> found;
    ask_in_lists({}, numbers, [&](const auto& arguments) {
        auto some = read_all(session.execute(statement, arguments), read);
        found.insert(found.end(), some.begin(), some.end());
    });
    return found;
}

auto erase_changes_before(sql_session& session, time_point before, std::size_t limit)
    -> std::int64_t {
    return run(session,
               "DELETE FROM changes WHERE seq IN "
               "(SELECT seq FROM changes WHERE at < $1 ORDER BY at LIMIT $2)",
               before, as_limit(limit))
        .affected();
}

void change_cursor::start(sql_session& session, time_point now) {
    gaps_.clear();
    more_ = false;
    has_read_ = false;
    // What is open now may have numbers below the newest one, and be committed later. What is
    // missing among older ones never will be.
    constexpr std::int64_t window = most_gaps;
    const auto newest = newest_change(session);
    last_ = std::max<std::int64_t>(0, newest - window);
    for (const auto& row : changes_after(session, last_, static_cast<std::size_t>(window))) {
        take(row, now - row.at < 2 * gap_lifetime ? std::optional(now) : std::nullopt);
    }
}

void change_cursor::take(const change_row& row, std::optional<time_point> missed_at) {
    if (missed_at) {
        // Those before the first row may have been erased long ago.
        note_gaps(row.seq, has_read_ ? most_gaps : before_first, *missed_at);
    }
    has_read_ = true;
    last_ = row.seq;
}

void change_cursor::note_gaps(std::int64_t next, std::int64_t most, time_point now) {
    for (auto missing = std::max(last_ + 1, next - most); missing < next; ++missing) {
        gaps_.emplace(missing, now);
    }
    while (std::ssize(gaps_) > most_gaps) {
        gaps_.erase(gaps_.begin());
    }
}

auto change_cursor::read(sql_session& session, time_point now, std::size_t limit)
    -> std::vector<change_row> {
    std::vector<std::int64_t> missing;
    for (const auto& [seq, since] : gaps_) {
        missing.push_back(seq);
    }
    // Both before anything is taken for read: what fails is read again.
    auto came = changes_numbered(session, missing);
    auto ahead = changes_after(session, last_, limit);
    for (const auto& row : came) {
        gaps_.erase(row.seq);
    }
    std::erase_if(gaps_, [&](const auto& gap) { return now - gap.second > gap_lifetime; });
    more_ = ahead.size() >= limit;
    for (const auto& row : ahead) {
        take(row, now);
    }
    came.insert(came.end(), ahead.begin(), ahead.end());
    return came;
}

}  // namespace tenon::host
