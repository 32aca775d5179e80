// What the database holds of each account's grant, commit by commit.
#pragma once

#include "audit_watch.hpp"
#include "book.hpp"
#include "crypto/envelope.hpp"
#include "storage.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tenon::simulation {

struct stored_grant {
    std::string id, provider, account;
    std::string connection;  // one of those that use it
    bool live = true;
    std::int64_t generation = 0;
    std::string access, refresh;  // opened
    std::optional<time_point> expires_at, lease_until, next_refresh_at;
};

struct account_name {
    std::string provider, account;
    auto operator<=>(const account_name&) const = default;
};

class grant_watch {
  public:
    // `seal` opens whatever any host has sealed.
    grant_watch(chronicle& all, host::database& db, book& tokens, const host::sealer& seal)
        : all_(all), db_(db), tokens_(tokens), seal_(seal), audit_(all, db) {}

    // After a host's transaction: the rules that it may have broken.
    void committed(std::size_t host, const transcript& what);
    // Each live grant's newest refresh token is stored in it, sealed in a reply of its intent, on
    // its way or in the hands of a host; each dead one has an excuse.
    void check_kept();
    // What its users let go of is dead at its provider, or its revocation is owed, or the audit log
    // says why not.
    void check_gone();
    // Of the audit log, at the end.
    void check_connections() { audit_.check_all(); }
    // As they were last committed.
    [[nodiscard]] auto grants() const -> const std::vector<stored_grant>& { return last_; }
    // Whose refresh token that is now.
    [[nodiscard]] auto find(const std::string& provider, const std::string& refresh_token) const
        -> std::optional<stored_grant>;

    // A read was begun at that time, and is answered with this: was it committed, and was it still
    // the newest about a second before?
    void check_answer(
        const account_name& of, std::int64_t generation, std::string_view access, time_point begun
    );

  private:
    struct entry {
        time_point at;
        std::string id;
        std::int64_t generation;
        std::string access, refresh;
    };
    [[nodiscard]] auto open(
        const std::string& id, std::string_view field, const std::string& sealed
    ) const -> std::string;
    [[nodiscard]] auto read_grants() -> std::vector<stored_grant>;
    [[nodiscard]] auto is_sealed(const stored_grant& of, const std::string& refresh) -> bool;
    [[nodiscard]] auto is_owed(const std::string& connection) -> bool;
    void note(std::size_t host, const stored_grant& row, bool by_refresh);
    void note_gone(std::vector<stored_grant> now);
    void note_reply(std::size_t host, const std::string& intent);

    chronicle& all_;
    host::database& db_;
    book& tokens_;
    const host::sealer& seal_;
    std::map<account_name, std::vector<entry>> history_;
    std::vector<stored_grant> last_;
    std::vector<stored_grant> gone_;  // those that were erased, as they were last
    audit_watch audit_;
};

}  // namespace tenon::simulation
