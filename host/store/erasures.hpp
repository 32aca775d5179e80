// Users who are being erased, or were a moment ago.
#pragma once

#include "store/sql.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

// By how much a host's clock may be behind that of the host which finished an erasure: what began
// less than this after the erasure counts as begun before it.
inline constexpr milliseconds erasure_margin{60'000};

// The user, and the hash that is all that stays of the id.
struct erased_user {
    user_id user;
    std::string hash;                   // 32 bytes, of organization and user
    std::vector<std::string> others{};  // that it may be stored under: of earlier keys
};

// First of all in a transaction that stores something of the user's, or in which something of it
// goes: until it ends no other such begins or ends. Both sides hold alone: who disconnects waits
// for who connects, and two who connect for each other. An empty user stands for several.
void hold_user(sql_session& session, const user_id& user);

struct erasure_row {
    org_id org;
    user_id user;
    std::string id;  // of the receipt
};

// From this transaction on the user is being erased. The receipt's id: `fresh`, or that of one that
// was begun before and not finished, whose receipt stays; another's goes.
[[nodiscard]] auto begin_erasure(
    sql_session& session, const erased_user& who, const std::string& fresh, time_point now
) -> std::string;
// The user's id goes, hash and receipt stay for a while. False: another process was faster.
auto finish_erasure(sql_session& session, const erased_user& who, time_point now) -> bool;
struct erasure_state {
    std::string hash;   // that it is stored under
    std::string id;     // of the receipt
    std::string owner;  // who is at it; empty: nobody
    time_point touched_at{};
    std::optional<time_point> finished_at;
    std::string receipt;  // as the floor above writes it; empty: nothing was done yet
};
// Compare-and-swap on owner and touched_at, of one that is not finished: it is `owner`'s now.
// False: somebody was faster.
[[nodiscard]] auto adopt_erasure(
    sql_session& session, const erased_user& who, const erasure_state& seen,
    const std::string& owner, time_point now
) -> bool;
// Its owner lives. False: it is finished, or another's.
[[nodiscard]] auto touch_erasure(
    sql_session& session, const erased_user& who, const std::string& owner, time_point now
) -> bool;
// It gives up for now: whoever goes on need not wait. Nothing happens if it is another's.
void release_erasure(sql_session& session, const erased_user& who, const std::string& owner);
void write_receipt(sql_session& session, const erased_user& who, const std::string& receipt);
// Nothing: the user is not being erased, nor was within the last hours.
[[nodiscard]] auto find_erasure(sql_session& session, const erased_user& who)
    -> std::optional<erasure_state>;
// For who has no keys to tell the user's hash: whether the user is being erased, or anybody of the
// organization was at `since` or later.
[[nodiscard]] auto may_be_erased(sql_session& session, const user_id& user, time_point since)
    -> bool;
// The pseudonym in the audit log of a user who has none yet: `fresh`, or whatever came meanwhile;
// the user is held. Nothing: the user was erased a moment ago, and the mapping would keep the id.
[[nodiscard]] auto new_pseudonym(
    sql_session& session, const erased_user& who, const std::string& fresh
) -> std::optional<std::string>;

// As the service: those that are not finished, and that nobody has touched since `before`.
[[nodiscard]] auto erasures_left(sql_session& session, time_point before, std::size_t limit)
    -> std::vector<erasure_row>;
// As the service: removes up to `limit` that were finished before `before`, unless an exchange is
// there that began before they were; answers how many.
auto remove_old_erasures(sql_session& session, time_point before, std::size_t limit)
    -> std::int64_t;

}  // namespace tenon::host
