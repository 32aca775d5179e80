// The two transactions of an erasure: which all else is between.
#pragma once

#include "oauth/context.hpp"
#include "oauth/erasure_receipt.hpp"
#include "oauth/leaving.hpp"
#include "store/confirmations.hpp"
#include "store/intents.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

// resume: only what was begun and is not finished; whoever finished it meanwhile did all of it.
enum class erasing { anew, resume };

// What is found in the transaction from which on the user is being erased.
struct held_data {
    std::optional<erasure_receipt> answer;  // it is done, or there is nothing to resume
    bool is_others = false;                 // another run is at it
    std::vector<leaving> connections;
    std::vector<confirmation_row> unconfirmed;
    std::vector<intent_row> exchanges;
};

[[nodiscard]] auto take_hold(
    sql_session& session, const oauth_context& context, const actor& by, const std::string& owner,
    erasing how
) -> held_data;

// The rest, at once. Nothing: there is something to be let go of again, or another run took it up.
[[nodiscard]] auto finish(
    sql_session& session, const oauth_context& context, const actor& by, const std::string& owner
) -> std::optional<erasure_receipt>;

}  // namespace tenon::host
