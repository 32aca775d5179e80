// How many refreshes ahead ask at once, of all providers: a provider that hangs keeps its places
// for as long as its operations may take, and must keep them from nobody else.
#pragma once

#include "base/ids.hpp"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace tenon::host {

// Half of the places are shared out: each provider that is known has as many of its own, one at
// least, which are free whenever it does not fill them itself. The other half is whoever's comes
// first. Not thread-safe.
class refresh_places {
  public:
    // `of_each`: how many one provider may have, if there are so many.
    explicit refresh_places(std::size_t of_each);
    [[nodiscard]] auto of_each() const -> std::size_t { return of_each_; }

    // From now on these have places of their own, beside those that run something. What the latter
    // began before is not ended for it.
    void know(const std::vector<provider_id>& providers);
    // True: it has one more, until leave(). A provider that is not known is from then on.
    [[nodiscard]] auto enter(const provider_id& provider) -> bool;
    void leave(const provider_id& provider);
    // Whether it might enter now.
    [[nodiscard]] auto has_room(const provider_id& provider) const -> bool;

  private:
    // `own`: each provider's; `common`: of all together, and how many of those are in use.
    struct shares {
        std::size_t own = 0;
        std::size_t common = 0;
        std::size_t common_taken = 0;
    };
    [[nodiscard]] auto shared_out() const -> shares;
    [[nodiscard]] auto may_enter(std::size_t running, const shares& of) const -> bool;

    std::size_t of_each_;
    std::unordered_map<provider_id, std::size_t> running_;  // by who is known
};

}  // namespace tenon::host
