#include "store/erasures.hpp"

#include "store/audit.hpp"
#include "store/read_rows.hpp"

#include <algorithm>
#include <iterator>

namespace tenon::host {

namespace {

// A keyring has few keys, and every connect asks three times: a list of 50 costs PostgreSQL more
// than looking it up does, many times over.
constexpr std::size_t hashes_at_once = 4;

auto read_state(const sql_row& row) -> erasure_state {
    return {row.bytes(0), row.text(1), row.text(2), row.time(3), row.optional_time(4), row.text(5)};
}

auto hash_of(sql_session& session, const erased_user& who) -> std::string {
    const auto state = find_erasure(session, who);
    return state ? state->hash : who.hash;
}

}  // namespace

void hold_user(sql_session& session, const user_id& user) {
    session.hold("user " + user.text());
}

auto find_erasure(sql_session& session, const erased_user& who) -> std::optional<erasure_state> {
    static const auto statement =
        "SELECT user_hash, id, owner, touched_at, finished_at, receipt FROM erasures "
        "WHERE org_id = $1 AND user_hash IN (" +
        list_parameters(2, hashes_at_once) + ") ORDER BY touched_at DESC LIMIT 1";
    std::vector<blob> hashes{blob{who.hash}};
    std::ranges::transform(who.others, std::back_inserter(hashes), [](const std::string& one) {
        return blob{one};
    });
    // Of several, where a host that began one did not have the key of another's yet, the latest.
    std::optional<erasure_state> latest;
    const auto ask = [&](const std::vector<sql_value>& arguments) {
        auto state = read_first(session.execute(statement, arguments), read_state);
        if (state && (!latest || state->touched_at > latest->touched_at)) {
            latest = std::move(state);
        }
    };
    ask_in_lists({to_sql(session.org())}, hashes, ask, hashes_at_once);
    return latest;
}

auto may_be_erased(sql_session& session, const user_id& user, time_point since) -> bool {
    return !run(session,
                "SELECT 1 FROM erasures WHERE org_id = $1 AND (user_id = $2 OR finished_at >= $3) "
                "LIMIT 1",
                session.org(), user, since)
                .empty();
}

auto begin_erasure(
    sql_session& session, const erased_user& who, const std::string& fresh, time_point now
) -> std::string {
    const auto rows =
        run(session,
            "INSERT INTO erasures (org_id, user_hash, user_id, id, touched_at, finished_at) "
            "VALUES ($1, $2, $3, $4, $5, NULL) ON CONFLICT (org_id, user_hash) DO UPDATE SET "
            "id = CASE WHEN erasures.finished_at IS NULL THEN erasures.id ELSE EXCLUDED.id END, "
            "receipt = CASE WHEN erasures.finished_at IS NULL THEN erasures.receipt ELSE '' END, "
            "user_id = EXCLUDED.user_id, touched_at = EXCLUDED.touched_at, finished_at = NULL "
            "RETURNING id",
            session.org(), blob{hash_of(session, who)}, who.user, fresh, now);
    return rows[0].text(0);
}

auto finish_erasure(sql_session& session, const erased_user& who, time_point now) -> bool {
    return run(session,
               "UPDATE erasures SET user_id = NULL, owner = '', touched_at = $3, finished_at = $3 "
               "WHERE org_id = $1 AND user_hash = $2 AND finished_at IS NULL",
               session.org(), blob{hash_of(session, who)}, now)
               .affected() > 0;
}

auto adopt_erasure(
    sql_session& session, const erased_user& who, const erasure_state& seen,
    const std::string& owner, time_point now
) -> bool {
    return run(session,
               "UPDATE erasures SET owner = $3, touched_at = $4 WHERE org_id = $1 "
               "AND user_hash = $2 AND owner = $5 AND touched_at = $6 AND finished_at IS NULL",
               session.org(), blob{hash_of(session, who)}, owner, now, seen.owner, seen.touched_at)
               .affected() > 0;
}

auto touch_erasure(
    sql_session& session, const erased_user& who, const std::string& owner, time_point now
) -> bool {
    return run(session,
               "UPDATE erasures SET touched_at = $4 WHERE org_id = $1 AND user_hash = $2 "
               "AND owner = $3 AND finished_at IS NULL",
               session.org(), blob{hash_of(session, who)}, owner, now)
               .affected() > 0;
}

void release_erasure(sql_session& session, const erased_user& who, const std::string& owner) {
    run(session,
        "UPDATE erasures SET owner = '' WHERE org_id = $1 AND user_hash = $2 AND owner = $3",
        session.org(), blob{hash_of(session, who)}, owner);
}

void write_receipt(sql_session& session, const erased_user& who, const std::string& receipt) {
    run(session, "UPDATE erasures SET receipt = $3 WHERE org_id = $1 AND user_hash = $2",
        session.org(), blob{hash_of(session, who)}, receipt);
}

auto new_pseudonym(sql_session& session, const erased_user& who, const std::string& fresh)
    -> std::optional<std::string> {
    hold_user(session, who.user);
    const auto state = find_erasure(session, who);
    if (!state || !state->finished_at) {
        give_pseudonym(session, who.user, fresh);
    }
    return find_pseudonym(session, who.user);
}

auto erasures_left(sql_session& session, time_point before, std::size_t limit)
    -> std::vector<erasure_row> {
    const auto rows =
        run(session,
            "SELECT org_id, user_id, id FROM erasures "
            "WHERE finished_at IS NULL AND touched_at <= $1 ORDER BY touched_at LIMIT $2",
            before, as_limit(limit));
    return read_all(rows, [](const sql_row& row) {
        return erasure_row{org_id(row.text(0)), user_id(row.text(1)), row.text(2)};
    });
}

auto remove_old_erasures(sql_session& session, time_point before, std::size_t limit)
    -> std::int64_t {
    const auto rows =
        run(session,
            "SELECT org_id, user_hash FROM erasures e "
            "WHERE finished_at < $1 AND NOT EXISTS (SELECT 1 FROM intents i WHERE "
            "i.org_id = e.org_id AND i.kind = 'exchange' AND i.created_at <= e.finished_at + $3) "
            "LIMIT $2",
            before, as_limit(limit), static_cast<std::int64_t>(erasure_margin.count()));
    std::int64_t removed = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        removed += run(session,
                       "DELETE FROM erasures WHERE org_id = $1 AND user_hash = $2 "
                       "AND finished_at < $3",
                       rows[i].text(0), blob{rows[i].bytes(1)}, before)
                       .affected();
    }
    return removed;
}

}  // namespace tenon::host
