#include "audit_watch.hpp"

#include "store/connections.hpp"

#include <utility>

namespace tenon::simulation {
namespace {

using host::access;
using host::result;
using host::sql_session;

// Not of what waits for a confirmation, which is no connection yet, nor of its tokens.
auto speaks_of_state(const std::string& action) -> bool {
    return action != "connection.parked" && action != "connection.discarded" &&
           action != "revocation.ended";
}

auto says_not_revoked(const std::string& detail) -> bool {
    return detail.find("\"failed\"") != std::string::npos ||
           detail.find("\"kept\"") != std::string::npos ||
           detail.find("\"given_up\"") != std::string::npos;
}

}  // namespace

auto audit_watch::name_of(state which) -> std::string {
    switch (which) {
        case state::none: return "gone";
        case state::connected: return "connected";
        case state::expired: return "expired";
        case state::leaving: return "leaving";
    }
    return {};
}

auto audit_watch::explains(const std::string& word, state which) -> bool {
    const bool ends = word == "connection.disconnected";
    switch (which) {
        case state::none: return ends || word.empty();
        case state::connected: return !ends && !word.empty() && word != "connection.expired";
        case state::expired: return word == "connection.expired";
        case state::leaving: return !ends && !word.empty();
    }
    return false;
}

auto audit_watch::read() -> reading {
    auto look = [since = last_seq_](sql_session& session) -> result<reading> {
        reading found;
        const auto rows =
            run(session,
                "SELECT seq, connection_id, action, detail FROM audit_log WHERE seq > $1 "
                "ORDER BY seq",
                since);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto row = rows[i];
            found.entries.push_back(
                {row.integer(0), row.optional_text(1).value_or(""), row.text(2), row.text(3)}
            );
        }
        const auto held = run(session, "SELECT id, status, status_reason FROM connections");
        for (std::size_t i = 0; i < held.size(); ++i) {
            const auto row = held[i];
            const bool leaves = row.text(2) == host::leaving_reason;
            const auto ended = leaves ? state::leaving : state::expired;
            found.states[row.text(0)] = row.text(1) == "connected" ? state::connected : ended;
        }
        return found;
    };
    return db_.as_service_now(access::read, look).value();
}

void audit_watch::take_in(const std::vector<entry>& entries) {
    for (auto& [id, one] : connections_) {
        one.is_new = false;
    }
    for (const auto& one : entries) {
        last_seq_ = one.seq;
        if (one.connection.empty()) {
            continue;
        }
        auto& of = connections_[one.connection];
        of.not_revoked = of.not_revoked || says_not_revoked(one.detail);
        if (speaks_of_state(one.action)) {
            of.word = one.action;
            of.is_new = true;
        }
    }
}

void audit_watch::check(const known& one, state before) {
    if (one.now != before && !one.is_new && one.now != state::leaving) {
        all_.violated("a connection changed, and its transaction told the audit log nothing of it");
    }
    if (!explains(one.word, one.now)) {
        all_.violated(
            "a connection is not what the audit log says: it is " + name_of(one.now) +
            ", and the last word is " + (one.word.empty() ? "missing" : one.word)
        );
    }
}

void audit_watch::committed() {
    const auto found = read();
    take_in(found.entries);
    for (const auto& [id, now] : found.states) {
        connections_.try_emplace(id);
    }
    for (auto& [id, one] : connections_) {
        const auto here = found.states.find(id);
        const auto before =
            std::exchange(one.now, here == found.states.end() ? state::none : here->second);
        if (one.now != before || one.is_new) {
            check(one, before);
        }
    }
}

void audit_watch::check_all() {
    committed();
    for (const auto& [id, one] : connections_) {
        check(one, one.now);
        if (one.now == state::leaving) {
            all_.violated("a connection is leaving still, and nobody works on it");
        }
    }
}

auto audit_watch::tells_why_not_revoked(const std::string& connection) const -> bool {
    const auto found = connections_.find(connection);
    return found != connections_.end() && found->second.not_revoked;
}

}  // namespace tenon::simulation
