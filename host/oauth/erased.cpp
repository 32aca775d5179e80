#include "oauth/erased.hpp"

#include "crypto/envelope.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "store/audit.hpp"

namespace tenon::host {
namespace {

auto was_erased() -> error {
    return fail(
        errc::invalid_state,
        "the user was erased while this was under way, or less than a minute before it began; "
        "begin anew, no sooner than a minute after the erasure"
    );
}

// It stays when its user comes back: what began before, and takes long, is refused then too.
auto check_not_erased(sql_session& session, const erased_user& who, time_point began)
    -> result<void> {
    const auto erased = find_erasure(session, who);
    if (erased && (!erased->finished_at || *erased->finished_at >= began - erasure_margin)) {
        return was_erased();
    }
    return {};
}

}  // namespace

auto who_of(const oauth_context& context, const actor& by) -> erased_user {
    return who_of(context.seal, by.org, by.user);
}

auto who_of(const sealer& seal, const org_id& org, const user_id& user) -> erased_user {
    const auto text = org.text() + '\n' + user.text();
    auto hashes = seal.blinded("erasures", text);
    hashes.push_back(sha256(text));
    erased_user who{user, std::move(hashes.front())};
    hashes.erase(hashes.begin());
    who.others = std::move(hashes);
    return who;
}

auto refuse_erased(
    sql_session& session, const oauth_context& context, const actor& by, time_point began
) -> result<void> {
    auto welcome = refuse_erased_unnamed(session, context.seal, by.user, began);
    if (welcome.has_value()) {
        give_pseudonym(session, by.user, random_token(context.random, 128));
    }
    return welcome;
}

auto refuse_erased_unnamed(
    sql_session& session, const sealer& seal, const user_id& user, time_point began
) -> result<void> {
    hold_user(session, user);
    return check_not_erased(session, who_of(seal, session.org(), user), began);
}

auto refuse_maybe_erased(sql_session& session, const user_id& user, time_point began)
    -> result<void> {
    hold_user(session, user);
    if (!may_be_erased(session, user, began - erasure_margin)) {
        return {};
    }
    return fail(
        errc::invalid_state,
        "the user is being erased, or some user of the organization was erased less than a minute "
        "ago, and without the keyring it can't be told who; try again in a minute"
    );
}

}  // namespace tenon::host
