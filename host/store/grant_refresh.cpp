// The part of a grant's life that refreshing drives: leases, compare-and-swap, the due list.
#include "store/grants.hpp"
#include "store/read_rows.hpp"
#include "store/shared_sql.hpp"

#include <algorithm>
#include <utility>

namespace tenon::host {

namespace {

// What is named is looked up first, whatever is due beside it: PostgreSQL, where it has no
// statistics yet, would rather walk through all that is due. `lock`: PostgreSQL's alone; SQLite has
// one writer, and nobody has a row in hand meanwhile.
auto claim_statement(std::string_view lock) -> std::string {
    constexpr std::size_t first = 4;
    return "WITH found AS (SELECT g.org_id, g.id, g.next_refresh_at, g.status, g.lease_until FROM "
           "(VALUES " +
           pair_parameters(first) +
           ") AS wanted JOIN grants g ON g.org_id = wanted.column1 AND g.id = wanted.column2" +
           std::string(lock) +
           ") UPDATE grants SET lease_owner = $1, lease_until = $2 FROM found "
           "WHERE grants.org_id = found.org_id AND grants.id = found.id "
           "AND found.next_refresh_at <= $3 AND found.status = 'live' "
           "AND (found.lease_until IS NULL OR found.lease_until <= $3) RETURNING " +
           grant_columns("grants.");
}

auto read_due(const sql_row& row) -> due_grant {
    return {grant_id(row.text(0)), org_id(row.text(1)), provider_id(row.text(2)), row.time(3)};
}

auto providers_due(sql_session& session, time_point now) -> std::vector<provider_id> {
    return read_all(run(session, providers_due_statement, now), [](const sql_row& row) {
        return provider_id(row.text(0));
    });
}

// The first of each, the second of each, and so on; of the same place the more overdue first.
auto in_turn(const std::vector<std::vector<due_grant>>& found) -> std::vector<due_grant> {
    std::vector<due_grant> all;
    for (std::size_t place = 0;; ++place) {
        const auto begin = static_cast<std::ptrdiff_t>(all.size());
        for (const auto& of_one : found) {
            if (place < of_one.size()) {
                all.push_back(of_one[place]);
            }
        }
        if (begin == std::ssize(all)) {
            return all;
        }
        std::ranges::sort(all.begin() + begin, all.end(), {}, &due_grant::next_refresh_at);
    }
}

}  // namespace

// An update that changes nothing locks the row on both engines.
auto lock_grant(sql_session& session, const grant_id& id) -> bool {
    return run(session, "UPDATE grants SET generation = generation WHERE org_id = $1 AND id = $2",
               session.org(), id)
               .affected() > 0;
}

auto take_grant_lease(
    sql_session& session, const grant_id& id, const std::string& owner, time_point until,
    time_point now
) -> std::optional<grant_row> {
    static const auto statement =
        "UPDATE grants SET lease_owner = $3, lease_until = $4 "
        "WHERE org_id = $1 AND id = $2 AND status = 'live' "
        "AND (lease_until IS NULL OR lease_until <= $5 OR lease_owner = $3) RETURNING " +
        grant_columns();
    return read_first(
        run(session, statement, session.org(), id, owner, until, now),
        [](const sql_row& row) { return read_grant(row); }
    );
}

void release_grant_lease(
    sql_session& session, const grant_id& id, const std::string& owner,
    std::optional<time_point> next_refresh_at
) {
    run_later(
        session,
        "UPDATE grants SET lease_owner = '', lease_until = NULL, "
        "next_refresh_at = COALESCE($4, next_refresh_at) "
        "WHERE org_id = $1 AND id = $2 AND lease_owner = $3",
        session.org(), id, owner, next_refresh_at
    );
}

auto commit_refresh(
    sql_session& session, const grant_id& id, std::int64_t expected_generation,
    const refreshed_grant& values, time_point now, grant_state expected
) -> std::optional<grant_row> {
    static const auto statement =
        "UPDATE grants SET status = 'live', access_token = $4, "
        "refresh_token = COALESCE($5, refresh_token), id_token = COALESCE($6, id_token), "
        "key_id = $7, token_type = $8, scope = $9, base_url = $10, issued_at = $11, "
        "expires_at = $12, refresh_expires_at = $13, refresh_not_before = $14, "
        "next_refresh_at = $15, failures = $16, last_failure = $17, failure_code = $18, "
        "refused_since = NULL, generation = generation + 1, lease_owner = '', lease_until = "
        "NULL, updated_at = $19 "
        "WHERE org_id = $1 AND id = $2 AND generation = $3 AND status = $20 RETURNING " +
        grant_columns();
    const auto rows =
        run(session, statement, session.org(), id, expected_generation, blob{values.access_token},
            to_sql_bytes(values.refresh_token), to_sql_bytes(values.id_token), values.key_id,
            values.token_type, values.scope, values.base_url, values.issued_at, values.expires_at,
            values.refresh_expires_at, values.refresh_not_before, values.next_refresh_at,
            values.failures, values.last_failure, values.failure_code, now,
            expected == grant_state::live ? "live" : "dead");
    return read_first(rows, [](const sql_row& row) { return read_grant(row); });
}

auto mark_grant_dead(
    sql_session& session, const grant_id& id, std::int64_t expected_generation,
    const std::string& reason, time_point now
) -> bool {
    return run(session,
               "UPDATE grants SET status = 'dead', last_failure = $4, failures = failures + 1, "
               "next_refresh_at = NULL, lease_owner = '', lease_until = NULL, updated_at = $5 "
               "WHERE org_id = $1 AND id = $2 AND generation = $3",
               session.org(), id, expected_generation, reason, now)
               .affected() > 0;
}

auto record_grant_failure(
    sql_session& session, const grant_id& id, std::int64_t expected_generation,
    const grant_failure& failure, std::optional<time_point> next_refresh_at, time_point now
) -> bool {
    return run(session,
               "UPDATE grants SET last_failure = $4, failure_code = $5, failures = failures + 1, "
               "next_refresh_at = $6, refused_since = COALESCE(refused_since, $8), "
               "lease_until = CASE WHEN lease_owner = $9 THEN NULL ELSE lease_until END, "
               "lease_owner = CASE WHEN lease_owner = $9 THEN '' ELSE lease_owner END, "
               "updated_at = $7 WHERE org_id = $1 AND id = $2 AND generation = $3",
               session.org(), id, expected_generation, failure.words, failure.code, next_refresh_at,
               now, failure.refused_at, failure.owner)
               .affected() > 0;
}

auto set_next_refresh(
    sql_session& session, const grant_id& id, std::int64_t expected_generation,
    std::optional<time_point> next_refresh_at
) -> bool {
    return run(session,
               "UPDATE grants SET next_refresh_at = $4 "
               "WHERE org_id = $1 AND id = $2 AND generation = $3",
               session.org(), id, expected_generation, next_refresh_at)
               .affected() > 0;
}

auto due_grants(
    sql_session& session, time_point now, std::size_t of_each,
    const std::function<bool(const provider_id&)>& wanted
) -> std::vector<due_grant> {
    std::vector<std::vector<due_grant>> found;
    for (const auto& provider : providers_due(session, now)) {
        if (!wanted || wanted(provider)) {
            found.push_back(read_all(
                run(session, due_of_provider_statement, now, as_limit(of_each), provider), read_due
            ));
        }
    }
    return in_turn(found);
}

auto claim_due_grants(
    sql_session& session, const std::vector<due_grant>& wanted, const std::string& owner,
    time_point until, time_point now
) -> std::vector<grant_row> {
    static const auto statements =
        std::pair(claim_statement(""), claim_statement(" FOR UPDATE OF g SKIP LOCKED"));
    const auto& statement =
        session.engine() == sql_engine::postgresql ? statements.second : statements.first;
    std::vector<grant_row> claimed;
    ask_in_pairs(
        {to_sql(owner), to_sql(until), to_sql(now)}, wanted, &due_grant::org, &due_grant::id,
        [&](const auto& arguments) {
            const auto rows = session.execute(statement, arguments);
            for (std::size_t i = 0; i < rows.size(); ++i) {
                claimed.push_back(read_grant(rows[i]));
            }
        }
    );
    return claimed;
}

}  // namespace tenon::host
