// Tells one user's revoked grant from the operator's broken client: many grants don't die in one
// minute.
#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include <deque>
#include <mutex>
#include <unordered_map>

namespace tenon::host {

// Any thread.
class revocation_watch {
  public:
    // Notes that the provider called this grant dead; true: so many were within a minute, with no
    // refresh or exchange that went well between them, that the client is to be suspected and not
    // the grants. The suspicion lasts until one goes well; with a grant that was doubted before
    // (`doubted`) it goes on in the next process.
    auto note_revoked(
        const provider_id& provider, const grant_id& grant, time_point now, bool doubted = false
    ) -> bool;
    void note_success(const provider_id& provider);

  private:
    struct death {
        grant_id grant;
        time_point at;
    };
    struct suspicion {
        std::deque<death> recent;
        bool burst = false;
        bool worked = false;  // a refresh went well, and no burst was since
    };
    static constexpr std::size_t burst_size = 5;
    static constexpr auto window = std::chrono::minutes(1);

    std::mutex guard_;
    std::unordered_map<provider_id, suspicion> providers_;
};

}  // namespace tenon::host
