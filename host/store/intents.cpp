#include "store/intents.hpp"

#include "store/read_rows.hpp"
#include "store/shared_sql.hpp"

namespace tenon::host {

namespace {

constexpr std::string_view columns =
    "id, org_id, kind, provider, user_id, grant_id, generation, sealed, owner, created_at, "
    "updated_at, withdrawn";

auto text_of(intent_kind kind) -> std::string_view {
    return kind == intent_kind::exchange ? "exchange" : "refresh";
}

auto read(const sql_row& row) -> intent_row {
    return {
        .id = row.text(0),
        .org = org_id(row.text(1)),
        .kind = row.text(2) == "exchange" ? intent_kind::exchange : intent_kind::refresh,
        .provider = provider_id(row.text(3)),
        .user = user_id(row.text(4)),
        .grant = optional_id<grant_id>(row, 5),
        .generation = row.integer(6),
        .sealed = row.bytes(7),
        .owner = row.text(8),
        .created_at = row.time(9),
        .updated_at = row.time(10),
        .withdrawn = row.boolean(11),
    };
}

auto select(std::string_view rest) -> std::string {
    return "SELECT " + std::string(columns) + " FROM intents " + std::string(rest);
}

void insert(sql_session& session, const org_id& org, const intent_row& row) {
    run_later(
        session,
        "INSERT INTO intents (org_id, id, kind, provider, user_id, grant_id, generation, sealed, "
        "owner, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        org, row.id, text_of(row.kind), row.provider, row.user, row.grant, row.generation,
        blob{row.sealed}, row.owner, row.created_at, row.updated_at
    );
}

}  // namespace

void insert_intent(sql_session& session, const intent_row& row) {
    insert(session, session.org(), row);
}

void insert_intent_of_any(sql_session& session, const intent_row& row) {
    insert(session, row.org, row);
}

auto find_intent(sql_session& session, const std::string& id) -> std::optional<intent_row> {
    static const auto statement = select("WHERE org_id = $1 AND id = $2");
    return read_first(run(session, statement, session.org(), id), read);
}

auto intents_of_grant(sql_session& session, const grant_id& grant) -> std::vector<intent_row> {
    static const auto statement = select("WHERE org_id = $1 AND grant_id = $2 ORDER BY id");
    return read_all(run(session, statement, session.org(), grant), read);
}

auto grants_with_intents(sql_session& session, const std::vector<grant_row>& among)
    -> std::vector<grant_id> {
    static const auto statement =
        "SELECT DISTINCT i.grant_id FROM (VALUES " + pair_parameters(1) +
        ") AS asked JOIN intents i ON i.org_id = asked.column1 AND i.grant_id = asked.column2";
    std::vector<grant_id> found;
    ask_in_pairs({}, among, &grant_row::org, &grant_row::id, [&](const auto& arguments) {
        const auto rows = session.execute(statement, arguments);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            found.emplace_back(rows[i].text(0));
        }
    });
    return found;
}

// The intent first: whoever holds it makes this wait, and is seen.
void add_intent_reply(sql_session& session, const std::string& id, const intent_reply& reply) {
    run_later(
        session, "UPDATE intents SET updated_at = $3 WHERE org_id = $1 AND id = $2", session.org(),
        id, reply.received_at
    );
    run_later(
        session,
        "INSERT INTO intent_replies (org_id, intent_id, position, sealed, received_at) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, intent_id, position) DO UPDATE SET "
        "sealed = EXCLUDED.sealed, received_at = EXCLUDED.received_at",
        session.org(), id, reply.position, blob{reply.sealed}, reply.received_at
    );
}

// An update that changes nothing locks the row on both engines.
auto lock_intent(sql_session& session, const std::string& id) -> bool {
    return run(session, "UPDATE intents SET owner = owner WHERE org_id = $1 AND id = $2",
               session.org(), id)
               .affected() > 0;
}

auto replies_of_intent(sql_session& session, const std::string& id) -> std::vector<intent_reply> {
    const auto rows =
        run(session,
            "SELECT position, sealed, received_at FROM intent_replies "
            "WHERE org_id = $1 AND intent_id = $2 ORDER BY position",
            session.org(), id);
    return read_all(rows, [](const sql_row& row) {
        return intent_reply{row.integer(0), row.bytes(1), row.time(2)};
    });
}

void delete_intent(sql_session& session, const std::string& id) {
    run_later(session, "DELETE FROM intents WHERE org_id = $1 AND id = $2", session.org(), id);
}

auto take_intent(sql_session& session, const std::string& id) -> bool {
    return run(session, "DELETE FROM intents WHERE org_id = $1 AND id = $2", session.org(), id)
               .affected() > 0;
}

auto take_wanted_intent(sql_session& session, const std::string& id) -> intent_end {
    if (run(session, "DELETE FROM intents WHERE org_id = $1 AND id = $2 AND NOT withdrawn",
            session.org(), id)
            .affected() > 0) {
        return intent_end::taken;
    }
    return find_intent(session, id) ? intent_end::withdrawn : intent_end::gone;
}

auto take_wanted_intent_of(sql_session& session, const std::string& id, const std::string& owner)
    -> bool {
    return run(session,
               "DELETE FROM intents "
               "WHERE org_id = $1 AND id = $2 AND owner = $3 AND NOT withdrawn",
               session.org(), id, owner)
               .affected() > 0;
}

void release_intent(sql_session& session, const std::string& id, const std::string& owner) {
    run(session, "UPDATE intents SET owner = '' WHERE org_id = $1 AND id = $2 AND owner = $3",
        session.org(), id, owner);
}

auto list_exchange_intents(
    sql_session& session, const user_id& user, const std::string& after, std::size_t limit
) -> std::vector<intent_row> {
    static const auto statement = select(
        "WHERE org_id = $1 AND kind = 'exchange' AND user_id = $2 AND id > $3 ORDER BY id LIMIT $4"
    );
    return read_all(run(session, statement, session.org(), user, after, as_limit(limit)), read);
}

void withdraw_exchange_intents(
    sql_session& session, const user_id& user, const provider_id& provider
) {
    run(session,
        "UPDATE intents SET withdrawn = TRUE WHERE org_id = $1 AND kind = 'exchange' "
        "AND user_id = $2 AND provider = $3",
        session.org(), user, provider);
}

auto intents_untouched_since(sql_session& session, time_point before, std::size_t of_each)
    -> std::vector<intent_row> {
    static const auto statement = oldest_of_each_provider(columns, "intents", "updated_at <= $1");
    return read_all(run(session, statement, before, as_limit(of_each)), read);
}

auto adopt_intent(
    sql_session& session, const intent_row& seen, const std::string& new_owner, time_point now
) -> bool {
    return run(session,
               "UPDATE intents SET owner = $5, updated_at = $6 "
               "WHERE org_id = $1 AND id = $2 AND owner = $3 AND updated_at = $4",
               seen.org, seen.id, seen.owner, seen.updated_at, new_owner, now)
               .affected() > 0;
}

}  // namespace tenon::host
