// Where each organization's chain of audit lines ends, and what is to be chained next. All as the
// service.
#pragma once

#include "store/audit.hpp"

namespace tenon::host {

// A line of the log with its place in the chain.
struct sealed_audit_row {
    audit_row row;
    std::int64_t position = 0;  // 1, 2, … of its organization
    std::string hash;           // 32 bytes
    std::string previous_hash;  // empty: the first one's
};

struct audit_head {
    org_id org;
    std::int64_t position = 0;  // of the newest sealed line; 0: there is none
    std::string hash;
    std::int64_t pruned = 0;  // lines up to this one were let go of
    std::string pruned_hash;
    std::string sealed;  // the above, sealed under a key of the keyring
};

// Organizations that have lines without a place.
[[nodiscard]] auto orgs_to_chain(sql_session& session, std::size_t limit) -> std::vector<org_id>;
// An organization's lines without a place, oldest first.
[[nodiscard]] auto unsealed_audit(sql_session& session, const org_id& org, std::size_t limit)
    -> std::vector<audit_row>;
// How many lines of an organization have no place yet.
[[nodiscard]] auto count_unsealed(sql_session& session, const org_id& org) -> std::int64_t;
// Gives a line its place. Once only: the database refuses a second time.
void seal_audit(sql_session& session, const sealed_audit_row& line);
// Sealed lines of an organization behind a position, in their order.
[[nodiscard]] auto sealed_audit_after(
    sql_session& session, const org_id& org, std::int64_t position, std::size_t limit
) -> std::vector<sealed_audit_row>;

[[nodiscard]] auto find_audit_head(sql_session& session, const org_id& org)
    -> std::optional<audit_head>;
[[nodiscard]] auto list_audit_heads(sql_session& session) -> std::vector<audit_head>;
// Organizations that have sealed lines, and no head. Reads the whole log.
[[nodiscard]] auto orgs_without_audit_head(sql_session& session) -> std::vector<org_id>;
void save_audit_head(sql_session& session, const audit_head& head);

// How many sealed lines of an organization stand outside its chain: before what it let go of, or
// behind its end.
[[nodiscard]] auto count_outside(sql_session& session, const audit_head& head) -> std::int64_t;

// Organizations whose oldest sealed line was written before `before`.
[[nodiscard]] auto orgs_to_prune(sql_session& session, time_point before, std::size_t limit)
    -> std::vector<org_id>;
// The last of the sealed lines in a row that were written before `before`, as far as `limit` of
// them reach. Nothing: none.
struct audit_mark {
    std::int64_t position = 0;
    std::string hash;
};
[[nodiscard]] auto prunable_audit(
    sql_session& session, const audit_head& head, time_point before, std::size_t limit
) -> std::optional<audit_mark>;
// Erases the lines up to the head's `pruned`; the database refuses any other.
void erase_pruned_audit(sql_session& session, const audit_head& head);

}  // namespace tenon::host
