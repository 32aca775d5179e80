#include "store/audit_heads.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {
namespace {

constexpr std::string_view head_columns = "org_id, position, hash, pruned, pruned_hash, sealed";

auto read_head(const sql_row& row) -> audit_head {
    return {
        .org = org_id(row.text(0)),
        .position = row.integer(1),
        .hash = row.bytes(2),
        .pruned = row.integer(3),
        .pruned_hash = row.bytes(4),
        .sealed = row.bytes(5),
    };
}

auto read_sealed(const sql_row& row) -> sealed_audit_row {
    return {
        .row = read_audit(row),
        .position = row.integer(audit_column_count),
        .hash = row.optional_bytes(audit_column_count + 1).value_or(""),
        .previous_hash = row.optional_bytes(audit_column_count + 2).value_or(""),
    };
}

auto sealed_columns() -> std::string {
    return std::string(audit_columns) + ", position, hash, previous_hash";
}

}  // namespace

auto orgs_to_chain(sql_session& session, std::size_t limit) -> std::vector<org_id> {
    const auto rows =
        run(session,
            "SELECT DISTINCT org_id FROM audit_log WHERE position IS NULL ORDER BY org_id LIMIT $1",
            as_limit(limit));
    return read_all(rows, [](const sql_row& row) { return org_id(row.text(0)); });
}

auto unsealed_audit(sql_session& session, const org_id& org, std::size_t limit)
    -> std::vector<audit_row> {
    static const auto statement =
        "SELECT " + std::string(audit_columns) +
        " FROM audit_log WHERE position IS NULL AND org_id = $1 ORDER BY seq LIMIT $2";
    return read_all(run(session, statement, org, as_limit(limit)), read_audit);
}

auto count_unsealed(sql_session& session, const org_id& org) -> std::int64_t {
    return run(session, "SELECT COUNT(*) FROM audit_log WHERE org_id = $1 AND position IS NULL",
               org)[0]
        .integer(0);
}

void seal_audit(sql_session& session, const sealed_audit_row& line) {
    run_later(
        session, "UPDATE audit_log SET position = $2, hash = $3, previous_hash = $4 WHERE seq = $1",
        line.row.seq, line.position, blob{line.hash}, blob{line.previous_hash}
    );
}

auto sealed_audit_after(
    sql_session& session, const org_id& org, std::int64_t position, std::size_t limit
) -> std::vector<sealed_audit_row> {
    static const auto statement =
        "SELECT " + sealed_columns() +
        " FROM audit_log WHERE org_id = $1 AND position > $2 ORDER BY position LIMIT $3";
    return read_all(run(session, statement, org, position, as_limit(limit)), read_sealed);
}

auto find_audit_head(sql_session& session, const org_id& org) -> std::optional<audit_head> {
    static const auto statement =
        "SELECT " + std::string(head_columns) + " FROM audit_heads WHERE org_id = $1";
    return read_first(run(session, statement, org), read_head);
}

auto list_audit_heads(sql_session& session) -> std::vector<audit_head> {
    static const auto statement =
        "SELECT " + std::string(head_columns) + " FROM audit_heads ORDER BY org_id";
    return read_all(run(session, statement), read_head);
}

auto orgs_without_audit_head(sql_session& session) -> std::vector<org_id> {
    const auto rows =
        run(session,
            "SELECT DISTINCT org_id FROM audit_log WHERE position IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM audit_heads h WHERE h.org_id = audit_log.org_id)");
    return read_all(rows, [](const sql_row& row) { return org_id(row.text(0)); });
}

void save_audit_head(sql_session& session, const audit_head& head) {
    run(session,
        "INSERT INTO audit_heads (org_id, position, hash, pruned, pruned_hash, sealed) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (org_id) DO UPDATE SET "
        "position = $2, hash = $3, pruned = $4, pruned_hash = $5, sealed = $6",
        head.org, head.position, blob{head.hash}, head.pruned, blob{head.pruned_hash},
        blob{head.sealed});
}

auto count_outside(sql_session& session, const audit_head& head) -> std::int64_t {
    return run(session,
               "SELECT COUNT(*) FROM audit_log WHERE org_id = $1 AND "
               "(position <= $2 OR position > $3)",
               head.org, head.pruned, head.position)[0]
        .integer(0);
}

auto orgs_to_prune(sql_session& session, time_point before, std::size_t limit)
    -> std::vector<org_id> {
    const auto rows =
        run(session,
            "SELECT h.org_id FROM audit_heads h JOIN audit_log a ON a.org_id = h.org_id AND "
            "a.position = h.pruned + 1 WHERE a.at < $1 ORDER BY h.org_id LIMIT $2",
            before, as_limit(limit));
    return read_all(rows, [](const sql_row& row) { return org_id(row.text(0)); });
}

auto prunable_audit(
    sql_session& session, const audit_head& head, time_point before, std::size_t limit
) -> std::optional<audit_mark> {
    const auto rows =
        run(session,
            "SELECT position, hash, at FROM audit_log WHERE org_id = $1 AND position > $2 "
            "ORDER BY position LIMIT $3",
            head.org, head.pruned, as_limit(limit));
    std::optional<audit_mark> last;
    for (std::size_t i = 0; i < rows.size() && rows[i].time(2) < before; ++i) {
        last = audit_mark{rows[i].integer(0), rows[i].bytes(1)};
    }
    return last;
}

void erase_pruned_audit(sql_session& session, const audit_head& head) {
    run(session, "DELETE FROM audit_log WHERE org_id = $1 AND position <= $2", head.org,
        head.pruned);
}

}  // namespace tenon::host
