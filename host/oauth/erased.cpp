#include "oauth/erased.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "store/audit.hpp"

namespace tenon::host {

auto erased_hash(const org_id& org, const user_id& user) -> std::string {
    return sha256(org.text() + '\n' + user.text());
}

auto refuse_erased(
    sql_session& session, const oauth_context& context, const actor& by, time_point began
) -> result<void> {
    [[maybe_unused]] const auto held =
        hold_pseudonym(session, by.user, random_token(context.random, 128));
    // It stays when its user comes back: what began before, and takes long, is refused then too.
    const auto erased = find_erasure(session, erased_hash(by.org, by.user));
    if (erased && (!erased->finished_at || *erased->finished_at >= began - erasure_margin)) {
        return fail(
            errc::invalid_state,
            "the user was erased while this was under way, or less than a minute before it began; "
            "begin the connection anew, no sooner than a minute after the erasure"
        );
    }
    return {};
}

auto hold_subject(sql_session& session, const oauth_context& context, const actor& by)
    -> std::optional<std::string> {
    const auto fresh = random_token(context.random, 128);
    auto subject = hold_pseudonym(session, by.user, fresh);
    if (subject != fresh) {
        return subject;
    }
    forget_subject(session, by.user);
    return std::nullopt;
}

}  // namespace tenon::host
