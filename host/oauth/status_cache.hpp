// What status reads are answered from.
#pragma once

#include "base/lru.hpp"
#include "oauth/change_marks.hpp"
#include "oauth/views.hpp"

#include <memory>
#include <vector>

namespace tenon::host {

// A user's connections as they were read, and what they depend on.
struct cached_status {
    std::vector<connection_view> views;
    std::vector<std::string> depends_on;  // ids of connections and grants
    change_marks::moment read_at_mark = 0;
    time_point read_at{};
};

// Exact for what this process changes or hears of, but for a failure that is noted on a grant;
// that, and what only another process knows, such as a connection that is new, is seen after
// `lifetime`. Any thread.
class status_cache {
  public:
    static constexpr milliseconds lifetime{1'000};
    static constexpr std::size_t entries = 4'096;  // users
    static constexpr std::size_t most_views = 64;  // a user with more is not remembered

    explicit status_cache(const change_marks& marks) : marks_(marks), users_(entries) {}

    // Null where there is none that can be believed.
    [[nodiscard]] auto find(const org_id& org, const user_id& user, time_point now)
        -> std::shared_ptr<const cached_status>;
    void put(const org_id& org, const user_id& user, std::shared_ptr<const cached_status> status);

  private:
    const change_marks& marks_;
    lru_map<std::shared_ptr<const cached_status>> users_;
};

}  // namespace tenon::host
