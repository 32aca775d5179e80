#include "oauth/erased.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "store/audit.hpp"

namespace tenon::host {
namespace {

// It stays when its user comes back: what began before, and takes long, is refused then too.
auto check_not_erased(sql_session& session, const user_id& user, time_point began) -> result<void> {
    const auto erased = find_erasure(session, erased_hash(session.org(), user));
    if (erased && (!erased->finished_at || *erased->finished_at >= began - erasure_margin)) {
        return fail(
            errc::invalid_state,
            "the user was erased while this was under way, or less than a minute before it began; "
            "begin anew, no sooner than a minute after the erasure"
        );
    }
    return {};
}

// Held until the transaction ends, whether it is known already or not. Nothing: it is not.
auto hold_known(sql_session& session, random_source& random, const user_id& user)
    -> std::optional<std::string> {
    const auto fresh = random_token(random, 128);
    auto subject = hold_pseudonym(session, user, fresh);
    if (subject != fresh) {
        return subject;
    }
    forget_subject(session, user);
    return std::nullopt;
}

}  // namespace

auto erased_hash(const org_id& org, const user_id& user) -> std::string {
    return sha256(org.text() + '\n' + user.text());
}

auto who_of(const actor& by) -> erased_user {
    return {by.user, erased_hash(by.org, by.user)};
}

auto refuse_erased(
    sql_session& session, const oauth_context& context, const actor& by, time_point began
) -> result<void> {
    [[maybe_unused]] const auto held =
        hold_pseudonym(session, by.user, random_token(context.random, 128));
    return check_not_erased(session, by.user, began);
}

auto refuse_erased_unnamed(
    sql_session& session, random_source& random, const user_id& user, time_point began
) -> result<void> {
    [[maybe_unused]] const auto held = hold_known(session, random, user);
    return check_not_erased(session, user, began);
}

auto hold_subject(sql_session& session, const oauth_context& context, const actor& by)
    -> std::optional<std::string> {
    return hold_known(session, context.random, by.user);
}

}  // namespace tenon::host
