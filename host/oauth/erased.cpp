#include "oauth/erased.hpp"

#include "crypto/hash.hpp"

namespace tenon::host {

auto erased_hash(const org_id& org, const user_id& user) -> std::string {
    return sha256(org.text() + '\n' + user.text());
}

auto refuse_erased(sql_session& session, const actor& by, time_point began) -> result<void> {
    const auto hash = erased_hash(by.org, by.user);
    const auto erased = find_erasure(session, hash);
    if (!erased) {
        return {};
    }
    if (!erased->finished_at || *erased->finished_at >= began) {
        return fail(
            errc::invalid_state,
            "the user was erased while this was under way; begin the connection anew"
        );
    }
    forget_erasure(session, hash);
    return {};
}

}  // namespace tenon::host
