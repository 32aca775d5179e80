// What token reads are answered from: sealed tokens in memory, bounded.
#pragma once

#include "base/ids.hpp"
#include "base/lru.hpp"
#include "oauth/change_marks.hpp"
#include "oauth/change_sight.hpp"
#include "oauth/decisions.hpp"

#include <memory>

namespace tenon::host {

// A grant as far as a reader needs it. The token stays sealed until it is answered.
struct cached_grant {
    org_id org;
    grant_id id;
    std::string sealed_access_token;
    std::string token_type;
    std::string scope;
    std::string base_url;
    grant_life life;
    std::int64_t generation = 0;
};

// Who reads which token.
struct token_key {
    const org_id& org;
    const user_id& user;
    std::string_view provider;
    std::string_view account;  // the provider's account id, or a connection id
    std::string_view slot;
};

// Two steps: who reads what -> grant -> token, so that a refresh replaces one entry whoever shares
// it. Any thread.
class token_cache {
  public:
    explicit token_cache(std::size_t entries) : links_(entries), grants_(entries) {}

    // Both null where it is not there, and while changes of other processes can't be seen.
    struct link {
        connection_id connection;
        grant_id grant;
        change_marks::moment read_at = 0;
    };
    struct found_grant {
        std::shared_ptr<const cached_grant> grant;
        std::shared_ptr<const link> by;  // whose it is
    };
    [[nodiscard]] auto find(const token_key& key, time_point now) -> found_grant;

    // What renew() and forget() touch. now() is to be taken before the database is read; put()
    // drops what was read before it changed.
    [[nodiscard]] auto marks() noexcept -> change_marks& { return marks_; }
    void put(
        const token_key& key, const connection_id& connection,
        std::shared_ptr<const cached_grant> grant, change_marks::moment read_at
    );
    // After a refresh was committed: a newer generation replaces an older one, never the reverse.
    // What nobody has read is not remembered for it.
    void renew(std::shared_ptr<const cached_grant> grant);

    // Another host renewed it: what is older than that generation goes.
    void forget_before(const grant_id& grant, std::int64_t generation);
    void forget(const grant_id& grant);
    void forget(const connection_id& connection);
    void forget_all();
    [[nodiscard]] auto sight() noexcept -> change_sight& { return sight_; }
    [[nodiscard]] auto bypassed(time_point now) const noexcept -> bool {
        return !sight_.is_clear(now);
    }
    // How many tokens are remembered.
    [[nodiscard]] auto size() const -> std::size_t { return grants_.size(); }

  private:
    lru_map<std::shared_ptr<const link>> links_;
    lru_map<std::shared_ptr<const cached_grant>> grants_;
    change_marks marks_;
    change_sight sight_;
};

}  // namespace tenon::host
