// Connections that wait until the user who began confirms them.
#pragma once

#include "store/sql.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

// How far the hosts' clocks may be apart, and how long taking one may take: what expired less than
// that ago by one host's clock may still be taken by another.
inline constexpr milliseconds confirmation_margin{60'000};

struct confirmation_row {
    std::string code_hash;  // SHA-256 of the one-time code, 32 bytes
    org_id org;
    user_id user;
    provider_id provider;
    account_id account;
    std::string scope;
    std::string metadata = "{}";
    connection_id connection;  // the id that the connection will have
    std::string sealed;        // the parked outcome
    time_point created_at{};
    time_point expires_at{};
};

// Into the session's organization. One that is there already stays.
void save_confirmation(sql_session& session, const confirmation_row& row);
// Removes and answers it, once, to the user who began. Another user's attempt, or another
// organization's, answers nothing and leaves it there; so does anybody's once it has expired.
[[nodiscard]] auto take_confirmation(
    sql_session& session, const user_id& user, const std::string& code_hash, time_point now
) -> std::optional<confirmation_row>;
// The provider of one that the user may take.
[[nodiscard]] auto find_confirmation_provider(
    sql_session& session, const user_id& user, const std::string& code_hash, time_point now
) -> std::optional<provider_id>;
// Nobody can take any more what waits to connect that account to the user, or to become that
// connection, whatever his clock says: it has long expired. An empty text: all that waits there.
// How many they were; those within the margin count.
auto expire_confirmations(
    sql_session& session, const user_id& user, const provider_id& provider,
    const std::string& account_or_id, time_point now
) -> std::int64_t;
// All of the user's, `sealed` too, whether they have expired or not: nobody can take any of them
// any more.
[[nodiscard]] auto withdraw_confirmations(sql_session& session, const user_id& user)
    -> std::vector<confirmation_row>;
// As the service: whether anything waits to connect the account, in any organization, or is within
// the margin.
[[nodiscard]] auto is_account_parked(
    sql_session& session, const provider_id& provider, const account_id& account, time_point now
) -> bool;
struct confirmation_query {
    std::optional<user_id> user = {};
    std::optional<provider_id> provider = {};
    connection_id after = {};  // the last of the page before, or empty
    std::size_t limit = 500;
};
// What waits in the organization, ordered by the connection's id (the time of parking); `sealed` is
// left empty.
[[nodiscard]] auto list_confirmations(
    sql_session& session, const confirmation_query& query, time_point now
) -> std::vector<confirmation_row>;
// As the service: up to `limit` that expired before the margin, the oldest first, behind `after`
// (an empty row: from the start).
[[nodiscard]] auto expired_confirmations(
    sql_session& session, time_point now, std::size_t limit, const confirmation_row& after = {}
) -> std::vector<confirmation_row>;
// False: it was gone already.
auto delete_confirmation(sql_session& session, const std::string& code_hash) -> bool;

}  // namespace tenon::host
