// The change table: what other hosts must forget, in the order of its sequence.
#pragma once

#include "store/sql.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

enum class change_kind { grant, key, connection };

struct change_row {
    std::int64_t seq = 0;  // given by the database
    org_id org;
    change_kind kind = change_kind::grant;
    std::string subject;  // the id
    time_point at{};
    std::optional<std::int64_t> generation;  // of a grant that was renewed: what it has now
};

// In the transaction that makes the change, into the session's organization. It is announced.
void append_change(
    sql_session& session, change_kind kind, const std::string& subject, time_point at,
    std::optional<std::int64_t> generation = std::nullopt
);

// The rest as the service.

// The highest seq there is; 0: none.
[[nodiscard]] auto newest_change(sql_session& session) -> std::int64_t;
[[nodiscard]] auto changes_after(sql_session& session, std::int64_t seq, std::size_t limit)
    -> std::vector<change_row>;
// Those of the named ones that are there.
[[nodiscard]] auto changes_numbered(sql_session& session, const std::vector<std::int64_t>& numbers)
    -> std::vector<change_row>;
auto erase_changes_before(sql_session& session, time_point before, std::size_t limit)
    -> std::int64_t;

// Reads the table without missing a row. On PostgreSQL a lower number may become visible after a
// higher one, while its transaction is still open: the cursor remembers each number that was
// skipped, and asks for it again until it comes, or a minute has passed (longer than any
// transaction of ours lives). Not thread-safe.
class change_cursor {
  public:
    // Begins behind everything that is there. To be called before the caches fill.
    void start(sql_session& session, time_point now);
    // What came since the last call, at most about `limit`. `more`: call again at once.
    [[nodiscard]] auto read(sql_session& session, time_point now, std::size_t limit = 1000)
        -> std::vector<change_row>;
    [[nodiscard]] auto more() const noexcept -> bool { return more_; }
    [[nodiscard]] auto position() const noexcept -> std::int64_t { return last_; }

  private:
    // Of the numbers before it, those that are missing are asked for from then on, if that is
    // given.
    void take(const change_row& row, std::optional<time_point> missed_at);
    void note_gaps(std::int64_t next, std::int64_t most, time_point now);

    std::int64_t last_ = 0;
    bool has_read_ = false;                    // a row, since it started
    std::map<std::int64_t, time_point> gaps_;  // number -> when it was missed first
    bool more_ = false;
};

}  // namespace tenon::host
