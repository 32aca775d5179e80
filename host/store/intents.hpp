// What is written down around a provider's operation, so that a crash loses no answer: of a refresh
// before the call, of an exchange with its first reply.
#pragma once

#include "store/grants.hpp"
#include "store/sql.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

enum class intent_kind { exchange, refresh };

struct intent_row {
    std::string id;  // UUIDv7
    org_id org;
    intent_kind kind = intent_kind::refresh;
    provider_id provider;
    user_id user;                   // of an exchange
    std::optional<grant_id> grant;  // of a refresh
    std::int64_t generation = 0;    // of the grant when it began
    std::string sealed;             // the operation's input
    std::string owner;              // the process that works on it; empty: nobody does
    time_point created_at{};
    time_point updated_at{};
    bool withdrawn = false;  // its user disconnected meanwhile: not to be stored
};

struct intent_reply {
    std::int64_t position = 0;  // 0, 1, ...: which of the operation's requests it answers
    std::string sealed;
    time_point received_at{};
};

// Into the session's organization.
void insert_intent(sql_session& session, const intent_row& row);
// As the service: into the organization that the row names.
void insert_intent_of_any(sql_session& session, const intent_row& row);
[[nodiscard]] auto find_intent(sql_session& session, const std::string& id)
    -> std::optional<intent_row>;
[[nodiscard]] auto intents_of_grant(sql_session& session, const grant_id& grant)
    -> std::vector<intent_row>;
// As the service: those about which there are intents.
[[nodiscard]] auto grants_with_intents(sql_session& session, const std::vector<grant_row>& among)
    -> std::vector<grant_id>;
// Records a reply and says that the owner is alive. The same position again replaces it. Throws
// storage_failure conflict where the intent is gone.
void add_intent_reply(sql_session& session, const std::string& id, const intent_reply& reply);
// Until the transaction ends nobody else adds a reply to it, or takes it: what is read of it from
// then on is what there is. False: it is gone.
[[nodiscard]] auto lock_intent(sql_session& session, const std::string& id) -> bool;
// By position.
[[nodiscard]] auto replies_of_intent(sql_session& session, const std::string& id)
    -> std::vector<intent_reply>;
// With its replies.
void delete_intent(sql_session& session, const std::string& id);
// The same, for whoever must be the only one to make something of it. False: somebody was faster.
[[nodiscard]] auto take_intent(sql_session& session, const std::string& id) -> bool;
enum class intent_end { taken, withdrawn, gone };
// The same, of an exchange that is to be stored: one that is withdrawn stays.
[[nodiscard]] auto take_wanted_intent(sql_session& session, const std::string& id) -> intent_end;
// False also where it is withdrawn, or another process than `owner` has adopted it.
[[nodiscard]] auto take_wanted_intent_of(
    sql_session& session, const std::string& id, const std::string& owner
) -> bool;
// `owner` gives up for now: whoever wants it need not wait. Nothing happens if it is another's.
void release_intent(sql_session& session, const std::string& id, const std::string& owner);
// The user's exchanges, in the order of their ids, behind `after` (empty: from the first on).
[[nodiscard]] auto list_exchange_intents(
    sql_session& session, const user_id& user, const std::string& after, std::size_t limit
) -> std::vector<intent_row>;
// The user's exchanges with that provider are not to become connections any more.
void withdraw_exchange_intents(
    sql_session& session, const user_id& user, const provider_id& provider
);

// As the service: intents of all organizations that nobody has touched since `before` (or at it),
// oldest first; of each provider `of_each` at most.
[[nodiscard]] auto intents_untouched_since(
    sql_session& session, time_point before, std::size_t of_each
) -> std::vector<intent_row>;
// Compare-and-swap on owner and updated_at: it is `new_owner`'s now. False: somebody was faster.
[[nodiscard]] auto adopt_intent(
    sql_session& session, const intent_row& seen, const std::string& new_owner, time_point now
) -> bool;

}  // namespace tenon::host
