// Ways in which a host could be broken. They are planted from outside, in what a host is given
// (options, database, way out): the product holds no code for them.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace tenon::simulation {

enum class planted_fault {
    none,
    short_lease,          // a lease ends long before its holder, and the operation, believe it does
    no_compare_and_swap,  // a refresh is committed whatever the generation is by then
    commit_after_use,     // what a refresh brought is used, and committed a while later
    retry_when_unsure,    // a request whose answer was lost is sent again at once
    reply_not_sealed,     // an answer with tokens is not recorded before the next step
    audit_later,          // that a connection ended is told in a transaction of its own
    scheduler_stalls,     // its turns find nothing that is due
    owed_forgotten,       // a revocation that the provider could not make is not kept
    secret_logged         // a refresh token is written into the log
};

struct planted_name {
    planted_fault fault;
    std::string_view name;
    std::string_view rule;  // the one that it breaks
};
inline constexpr std::array<planted_name, 9> planted_faults{
    {{planted_fault::short_lease, "short_lease",
      "two refreshes of one grant overlap at the provider"},
     {planted_fault::no_compare_and_swap, "no_compare_and_swap",
      "a refresh was committed over the tokens of another consent"},
     {planted_fault::commit_after_use, "commit_after_use",
      "a read was answered with a token that is not committed"},
     {planted_fault::retry_when_unsure, "retry_when_unsure",
      "a used refresh token was sent again while the access token lived"},
     {planted_fault::reply_not_sealed, "reply_not_sealed", "a rotated refresh token is nowhere"},
     {planted_fault::audit_later, "audit_later",
      "a connection changed, and its transaction told the audit log nothing of it"},
     {planted_fault::scheduler_stalls, "scheduler_stalls",
      "a grant was due for long, and no host has renewed it"},
     {planted_fault::owed_forgotten, "owed_forgotten",
      "a grant is gone, lives at its provider, and nobody owes its revocation"},
     {planted_fault::secret_logged, "secret_logged", "the log holds a readable secret"}}};

[[nodiscard]] constexpr auto find_planted(std::string_view name) -> std::optional<planted_name> {
    for (const auto& one : planted_faults) {
        if (one.name == name) {
            return one;
        }
    }
    return std::nullopt;
}

}  // namespace tenon::simulation
