#include "store/idempotency.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {

auto begin_idempotent(
    sql_session& session, const std::string& key_hash, const std::string& request_hash,
    time_point now, time_point expires_at
) -> idempotent_outcome {
    // A row comes back if it was inserted, or if it replaced an expired one.
    const auto started =
        run(session,
            "INSERT INTO idempotency (org_id, key_hash, request_hash, status, sealed, created_at, "
            "expires_at) VALUES ($1, $2, $3, NULL, NULL, $4, $5) "
            "ON CONFLICT (org_id, key_hash) DO UPDATE SET request_hash = EXCLUDED.request_hash, "
            "status = NULL, sealed = NULL, user_id = NULL, created_at = EXCLUDED.created_at, "
            "expires_at = EXCLUDED.expires_at WHERE idempotency.expires_at <= EXCLUDED.created_at "
            "RETURNING created_at",
            session.org(), blob{key_hash}, blob{request_hash}, now, expires_at);
    if (!started.empty()) {
        return idempotent_started{};
    }
    const auto rows = run(
        session,
        "SELECT request_hash, status, sealed FROM idempotency WHERE org_id = $1 AND key_hash = $2",
        session.org(), blob{key_hash}
    );
    // Gone between the two: the other request gave up just now.
    if (rows.empty() || (rows[0].bytes(0) == request_hash && rows[0].is_null(1))) {
        return idempotent_running{};
    }
    if (!rows[0].is_null(1) && rows[0].is_null(2)) {
        return idempotent_erased{};
    }
    if (rows[0].bytes(0) != request_hash) {
        return idempotent_different{};
    }
    return idempotent_finished{rows[0].integer(1), rows[0].bytes(2)};
}

namespace {

// Of what was asked, too, nothing stays: a request names its user.
constexpr std::string_view emptied =
    "sealed = NULL, user_id = NULL, request_hash = $3 WHERE org_id = $1 ";

auto empty_answers(sql_session& session, const user_id& of) -> std::int64_t {
    static const auto statement =
        "UPDATE idempotency SET " + std::string(emptied) + "AND user_id = $2";
    return run(session, statement, session.org(), of, blob{""}).affected();
}

constexpr time_point never{milliseconds{std::int64_t{1} << 60U}};

// When whom it is about was erased (of several: when anybody was); never: that goes on.
auto last_erased(sql_session& session, const kept_answer& answer) -> time_point {
    constexpr time_point long_ago = time_point{} - erasure_margin * 2;
    if (!answer.user) {
        return long_ago;
    }
    if (answer.user->empty()) {
        const auto rows =
            run(session, "SELECT MAX(COALESCE(finished_at, $2)) FROM erasures WHERE org_id = $1",
                session.org(), never);
        return rows[0].optional_time(0).value_or(long_ago);
    }
    const auto state = find_erasure(session, answer.about);
    return state ? state->finished_at.value_or(never) : long_ago;
}

// It was done, and that is all that is kept.
void finish_empty(sql_session& session, const std::string& key_hash, const kept_answer& answer) {
    static const auto statement = "UPDATE idempotency SET status = $4, expires_at = $5, " +
                                  std::string(emptied) + "AND key_hash = $2 AND status IS NULL";
    run(session, statement, session.org(), blob{key_hash}, blob{""}, answer.status,
        answer.expires_at);
}

}  // namespace

auto finish_idempotent(sql_session& session, const std::string& key_hash, const kept_answer& answer)
    -> bool {
    const auto kept =
        run(session,
            "UPDATE idempotency SET status = $3, sealed = $4, expires_at = $5, user_id = $6 "
            "WHERE org_id = $1 AND key_hash = $2 AND status IS NULL AND created_at > $7",
            session.org(), blob{key_hash}, answer.status, blob{answer.sealed}, answer.expires_at,
            answer.user, last_erased(session, answer) + erasure_margin);
    if (kept.affected() == 0) {
        finish_empty(session, key_hash, answer);
    }
    return kept.affected() > 0;
}

auto erase_answers(sql_session& session, const user_id& user) -> std::int64_t {
    empty_answers(session, user_id());
    return empty_answers(session, user);
}

auto abandon_idempotent(sql_session& session, const std::string& key_hash) -> bool {
    return run(session,
               "DELETE FROM idempotency WHERE org_id = $1 AND key_hash = $2 AND status IS NULL",
               session.org(), blob{key_hash})
               .affected() > 0;
}

auto erase_expired_idempotency(sql_session& session, time_point now, std::size_t limit)
    -> std::int64_t {
    const auto rows =
        run(session,
            "SELECT org_id, key_hash FROM idempotency WHERE expires_at <= $1 "
            "ORDER BY expires_at LIMIT $2",
            now, as_limit(limit));
    std::int64_t erased = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        erased += run(session,
                      "DELETE FROM idempotency "
                      "WHERE org_id = $1 AND key_hash = $2 AND expires_at <= $3",
                      rows[i].text(0), blob{rows[i].bytes(1)}, now)
                      .affected();
    }
    return erased;
}

}  // namespace tenon::host
