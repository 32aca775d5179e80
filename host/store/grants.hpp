// Grants: what a provider issued, sealed. Shared by all connections of one account and slot.
#pragma once

#include "base/result.hpp"
#include "store/connections.hpp"
#include "store/sql.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

enum class grant_state { live, dead };

struct grant_row {
    grant_id id;
    org_id org;
    provider_id provider;
    std::string client_id;  // with which it was issued
    account_id account;
    std::string slot;  // `bot`, `user`, ...; empty where the provider has only one
    grant_state state = grant_state::live;
    std::string access_token;                  // sealed
    std::optional<std::string> refresh_token;  // sealed
    std::optional<std::string> id_token;       // sealed
    std::optional<std::string> credentials;    // sealed; of a connect without a redirect
    std::string key_id;                        // what the access token is sealed with
    std::string token_type;
    std::string scope;
    std::string base_url;  // of the account's API; empty: the provider has one for all
    std::string connect_params = "{}";
    time_point authorized_at{};  // when the user's consent was exchanged; a refresh leaves it
    time_point issued_at{};
    std::optional<time_point> expires_at;
    std::optional<time_point> refresh_expires_at;
    std::optional<time_point> refresh_not_before;
    std::optional<time_point> next_refresh_at;  // empty: the scheduler leaves it alone
    std::int64_t failures = 0;                  // in a row
    std::string last_failure;                   // our words; no secret
    std::string failure_code;                   // the same as the REST contract names it
    std::optional<time_point> refused_since;    // the provider calls it dead, and is doubted
    std::int64_t generation = 1;                // every change of the tokens adds one
    std::string lease_owner;                    // empty: nobody
    std::optional<time_point> lease_until;
    time_point created_at{};
    time_point updated_at{};
};

// A row that many look at: one copy. It is long, and coroutines' frames add up.
using shared_grant = std::shared_ptr<const grant_row>;

[[nodiscard]] auto find_grant(sql_session& session, const grant_id& id) -> std::optional<grant_row>;
// The id under which tokens of that account and slot must be sealed, if there is a row already.
[[nodiscard]] auto find_grant_id(
    sql_session& session, const provider_id& provider, const account_id& account,
    const std::string& slot
) -> std::optional<grant_id>;

// As the service: whether any organization has a live grant of the account, in any slot, that a
// connection uses which is not leaving.
[[nodiscard]] auto is_account_granted(
    sql_session& session, const provider_id& provider, const account_id& account
) -> bool;

// Inserts into the session's organization, or replaces the tokens and all about them of the row
// with the same id, provider, account and slot: created_at is kept, the lease ends, failures are
// forgotten, the generation is one more. Answers with the generation. Error conflict: that account
// and slot has a row of another id (it came meanwhile): read find_grant_id again, and seal for
// that.
[[nodiscard]] auto upsert_grant(sql_session& session, const grant_row& row) -> result<std::int64_t>;

// Until the transaction ends, nobody else writes the row. False: there is none.
[[nodiscard]] auto lock_grant(sql_session& session, const grant_id& id) -> bool;

// Takes or renews the lease: nobody else holds it, or it ended. Answers with the row as it is then;
// nothing: somebody else has it, or there is no such live grant.
[[nodiscard]] auto take_grant_lease(
    sql_session& session, const grant_id& id, const std::string& owner, time_point until,
    time_point now
) -> std::optional<grant_row>;
// Nothing happens unless the owner holds it. `next_refresh_at`: empty: it stays.
void release_grant_lease(
    sql_session& session, const grant_id& id, const std::string& owner,
    std::optional<time_point> next_refresh_at = std::nullopt
);

struct refreshed_grant {
    std::string access_token;                  // sealed
    std::optional<std::string> refresh_token;  // sealed; empty: the old one stays
    std::optional<std::string> id_token;       // sealed; empty: the old one stays
    std::string key_id;
    std::string token_type;
    std::string scope;
    std::string base_url;
    time_point issued_at{};
    std::optional<time_point> expires_at;
    std::optional<time_point> refresh_expires_at;
    std::optional<time_point> refresh_not_before;
    std::optional<time_point> next_refresh_at;
    std::int64_t failures = 0;  // not 0: what came is of no use to a reader
    std::string last_failure;
    std::string failure_code;
};
// Compare-and-swap on the generation of a grant that is live, or of one that is `dead` where that
// is expected: writes the values, adds one to it, ends the lease, makes the grant live. Answers
// with the row as it is then; nothing: it moved meanwhile, is in another state or gone, and nothing
// was written.
[[nodiscard]] auto commit_refresh(
    sql_session& session, const grant_id& id, std::int64_t expected_generation,
    const refreshed_grant& values, time_point now, grant_state expected = grant_state::live
) -> std::optional<grant_row>;
// The same in whatever state, for what a refresh that failed leaves: tokens and generation stay,
// the lease ends (of a grant that lives on: its owner's).
[[nodiscard]] auto mark_grant_dead(
    sql_session& session, const grant_id& id, std::int64_t expected_generation,
    const std::string& reason, time_point now
) -> bool;
struct grant_failure {
    std::string words;
    std::string code;
    std::optional<time_point> refused_at = {};  // the first of them stays the row's refused_since
    std::string owner = {};                     // whose lease ends; another's goes on
};
[[nodiscard]] auto record_grant_failure(
    sql_session& session, const grant_id& id, std::int64_t expected_generation,
    const grant_failure& failure, std::optional<time_point> next_refresh_at, time_point now
) -> bool;
auto set_next_refresh(
    sql_session& session, const grant_id& id, std::int64_t expected_generation,
    std::optional<time_point> next_refresh_at
) -> bool;

// Deletes the row, and the intents about it, unless a connection references it. True: it is gone.
// Certain only under lock_grant.
auto erase_grant_if_unreferenced(sql_session& session, const grant_id& id) -> bool;

struct due_grant {
    grant_id id;
    org_id org;
    provider_id provider;
    time_point next_refresh_at{};
};
// As the service: live grants of all organizations whose next_refresh_at has come and that nobody
// holds; of each provider that is `wanted` (empty: any) the most overdue, `of_each` at most, and
// the providers in turn. Costs some lookups a provider, and rows that are held, but never a
// backlog.
[[nodiscard]] auto due_grants(
    sql_session& session, time_point now, std::size_t of_each,
    const std::function<bool(const provider_id&)>& wanted = {}
) -> std::vector<due_grant>;

// As the service: takes the lease of each of those that is due still and that nobody holds. One
// that another transaction has in hand is passed over, and not waited for: so hosts that saw the
// same list share it. Answers with those that are the owner's now, as they are.
[[nodiscard]] auto claim_due_grants(
    sql_session& session, const std::vector<due_grant>& wanted, const std::string& owner,
    time_point until, time_point now
) -> std::vector<grant_row>;

// How the live and dead grants of each provider are doing, in the words of a connection's health;
// what lapses within `expiring_ahead` is expiring. Reads all grants.
struct grant_count {
    provider_id provider;
    std::string health;
    // Of live ones whose user must come back within 7, 30 or 90 days: the least of these. 0: of
    // others.
    std::int64_t lapses_within_days = 0;
    std::int64_t count = 0;
};
[[nodiscard]] auto count_grants(sql_session& session, time_point now, milliseconds expiring_ahead)
    -> std::vector<grant_count>;

}  // namespace tenon::host
