#include "watch.hpp"

#include "oauth/intents.hpp"

#include <algorithm>

namespace tenon::simulation {
namespace {

using host::access;
using host::result;
using host::sql_session;

}  // namespace

void grant_watch::committed(std::size_t host, const transcript& what) {
    for (const auto& intent : what.replies_of) {
        note_reply(host, intent);
    }
    if (what.touches_connections) {
        audit_.committed();
    }
    if (what.touches_grants) {
        auto now = read_grants();
        for (const auto& row : now) {
            note(host, row, what.commits_refresh);
        }
        note_gone(std::move(now));
    }
    if (what.touches_grants || what.touches_intents) {
        check_kept();
    }
    if (what.touches_grants || what.touches_owed) {
        check_gone();
    }
}

void grant_watch::check_kept() {
    for (const auto& one : last_) {
        const auto which = tokens_.family_of_refresh(one.provider, one.refresh);
        if (!which || !tokens_.must_live(*which)) {
            continue;
        }
        if (!one.live) {
            all_.violated("a grant is dead, and none of its answers was lost");
        }
        const auto& newest = tokens_.at(*which).current;
        if (newest != one.refresh && !tokens_.is_coming(*which) && !is_sealed(one, newest)) {
            all_.violated(
                "a rotated refresh token is nowhere: its answer came, and is neither stored, "
                "nor sealed, nor in the hands of a host"
            );
        }
    }
}

void grant_watch::check_gone() {
    // Once it is dead, or excused, it stays so.
    std::erase_if(gone_, [&](const stored_grant& one) {
        const auto which = tokens_.family_of_refresh(one.provider, one.refresh);
        return !which || !tokens_.must_live(*which);
    });
    for (const auto& one : gone_) {
        if (!audit_.tells_why_not_revoked(one.connection) && !is_owed(one.connection)) {
            all_.violated("a grant is gone, lives at its provider, and nobody owes its revocation");
        }
    }
}

auto grant_watch::is_sealed(const stored_grant& of, const std::string& refresh) -> bool {
    auto look = [&](sql_session& session) -> result<bool> {
        for (const auto& intent : intents_of_grant(session, host::grant_id(of.id))) {
            const auto replies =
                open_replies(seal_, {intent.org, intent.id}, replies_of_intent(session, intent.id));
            const auto holds = [&](const auto& reply) {
                return reply.second.response.body.find(refresh) != std::string::npos;
            };
            if (replies.has_value() && std::ranges::any_of(*replies, holds)) {
                return true;
            }
        }
        return false;
    };
    return db_.with_org_now(host::org_id("org"), access::read, look).value();
}

auto grant_watch::is_owed(const std::string& connection) -> bool {
    auto look = [&](sql_session& session) -> result<bool> {
        return !run(session, "SELECT 1 FROM owed_revocations WHERE connection_id = $1", connection)
                    .empty();
    };
    return db_.as_service_now(access::read, look).value();
}

void grant_watch::note_gone(std::vector<stored_grant> now) {
    for (auto& one : last_) {
        if (std::ranges::find(now, one.id, &stored_grant::id) == now.end()) {
            gone_.push_back(std::move(one));
        }
    }
    last_ = std::move(now);
}

void grant_watch::note_reply(std::size_t host, const std::string& intent) {
    const auto grant =
        db_.as_service_now(access::read, [&](sql_session& session) -> result<std::string> {
            const auto rows = run(session, "SELECT grant_id FROM intents WHERE id = $1", intent);
            return rows.empty() ? std::string() : rows[0].optional_text(0).value_or("");
        });
    tokens_.recorded(host, grant.value());
}

auto grant_watch::open(const std::string& id, std::string_view field, const std::string& sealed)
    const -> std::string {
    const auto opened = seal_.open({"org", id, field}, sealed);
    return opened.has_value() ? std::string(opened->reveal()) : std::string();
}

auto grant_watch::read_grants() -> std::vector<stored_grant> {
    auto read = [this](sql_session& session) -> result<std::vector<stored_grant>> {
        const auto rows =
            run(session,
                "SELECT id, provider, account_id, status, generation, access_token, refresh_token, "
                "expires_at, lease_until, next_refresh_at, (SELECT MIN(connection_id) FROM "
                "connection_grants l "
                "WHERE l.org_id = grants.org_id AND l.grant_id = grants.id) "
                "FROM grants ORDER BY id");
        std::vector<stored_grant> all;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto row = rows[i];
            stored_grant one;
            one.id = row.text(0);
            one.provider = row.text(1);
            one.account = row.text(2);
            one.live = row.text(3) == "live";
            one.generation = row.integer(4);
            one.access = open(one.id, "grants.access_token", row.bytes(5));
            if (const auto sealed = row.optional_bytes(6)) {
                one.refresh = open(one.id, "grants.refresh_token", *sealed);
            }
            one.expires_at = row.optional_time(7);
            one.lease_until = row.optional_time(8);
            one.next_refresh_at = row.optional_time(9);
            one.connection = row.optional_text(10).value_or("");
            all.push_back(std::move(one));
        }
        return all;
    };
    return db_.as_service_now(access::read, read).value();
}

auto grant_watch::find(const std::string& provider, const std::string& refresh_token) const
    -> std::optional<stored_grant> {
    const auto found = std::ranges::find_if(last_, [&](const stored_grant& one) {
        return one.provider == provider && one.refresh == refresh_token;
    });
    return found == last_.end() ? std::nullopt : std::optional(*found);
}

void grant_watch::note(std::size_t host, const stored_grant& row, bool by_refresh) {
    auto& entries = history_[{row.provider, row.account}];
    const bool same = !entries.empty() && entries.back().id == row.id &&
                      entries.back().generation == row.generation &&
                      entries.back().access == row.access && entries.back().refresh == row.refresh;
    if (same) {
        return;
    }
    const bool goes_on = !entries.empty() && entries.back().id == row.id && by_refresh;
    if (goes_on && tokens_.family_of_refresh(row.provider, entries.back().refresh) !=
                       tokens_.family_of_refresh(row.provider, row.refresh)) {
        all_.violated("a refresh was committed over the tokens of another consent");
    }
    if (!entries.empty() && entries.back().id == row.id &&
        entries.back().generation >= row.generation) {
        all_.violated("a grant's tokens changed, and its generation did not grow");
    }
    all_.tell(host, "grant " + row.id + " has generation " + std::to_string(row.generation));
    entries.push_back({all_.time.now(), row.id, row.generation, row.access, row.refresh});
}

void grant_watch::check_answer(
    const account_name& of, std::int64_t generation, std::string_view access, time_point begun
) {
    const auto& entries = history_[of];
    const auto found = std::find_if(entries.rbegin(), entries.rend(), [&](const entry& one) {
        return one.generation == generation && one.access == access;
    });
    if (found == entries.rend()) {
        return all_.violated("a read was answered with a token that is not committed");
    }
    const auto later = found == entries.rbegin() ? entries.end() : found.base();
    if (later != entries.end() && later->at < begun - patience && all_.clocks_agree) {
        all_.violated("a read was answered with a token that had been replaced for a second");
    }
}

}  // namespace tenon::simulation
