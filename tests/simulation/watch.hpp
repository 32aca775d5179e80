// What the database holds of each account's grant, commit by commit.
#pragma once

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
    std::optional<time_point> expires_at;
};

struct account_name {
    std::string provider, account;
    auto operator<=>(const account_name&) const = default;
};

class grant_watch {
  public:
    // `seal` opens whatever any host has sealed.
    grant_watch(chronicle& all, host::database& db, book& tokens, const host::sealer& seal)
        : all_(all), db_(db), tokens_(tokens), seal_(seal) {}

    // After a host's transaction.
    void committed(std::size_t host, const transcript& what);
    [[nodiscard]] auto grants() -> std::vector<stored_grant>;
    // Those that were erased, as they were last.
    [[nodiscard]] auto gone() const -> const std::vector<stored_grant>& { return gone_; }
    // Whose refresh token that is now.
    [[nodiscard]] auto find(const std::string& provider, const std::string& refresh_token)
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
    void note(std::size_t host, const stored_grant& row, bool by_refresh);
    void note_gone(std::vector<stored_grant> now);
    void note_reply(std::size_t host, const std::string& intent);

    chronicle& all_;
    host::database& db_;
    book& tokens_;
    const host::sealer& seal_;
    std::map<account_name, std::vector<entry>> history_;
    std::vector<stored_grant> last_, gone_;
};

}  // namespace tenon::simulation
