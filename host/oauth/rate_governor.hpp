// A provider that says "too many requests" is heard by all refreshes and profiles that would ask
// it, not only by the one that it said it to: the limit is the operator's client's, at that
// tenant's host where each has one of its own. Other hosts of the installation hear it as well,
// where they share their limits.
#pragma once

#include "base/clock.hpp"
#include "oauth/limited_client.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tenon::host {

// Any thread. Operations that people wait for with a code in hand are not held: they are few, and a
// code is good for a minute; what they are answered counts all the same.
class rate_governor {
  public:
    // Called with each hold that an answer begins or makes longer, and with 0 where one ends it. It
    // must not come back here.
    using listener = std::function<void(const limited_client& client, milliseconds span)>;
    explicit rate_governor(listener to = {}) : listener_(std::move(to)) {}

    // How long a request must not be sent yet; nothing: it may go, and its end is to be reported.
    // When a hold is over one goes first.
    [[nodiscard]] auto ask(const limited_client& client, time_point now)
        -> std::optional<milliseconds>;

    // The same without going: nobody's turn is taken.
    [[nodiscard]] auto held(const limited_client& client, time_point now) const
        -> std::optional<milliseconds>;

    enum class verdict {
        answered,  // as any provider does that has no limit in mind
        limited,
        unknown,  // nothing came of it
    };
    struct answer {
        verdict how = verdict::unknown;
        std::optional<milliseconds> retry_after = {};
        // Whose it was, where accounts may have limits of their own: each counts once, and one that
        // is known to be limited makes no hold longer.
        std::string_view account = {};
    };
    // True where a hold begins with it.
    auto report(const limited_client& client, const answer& what, time_point now) -> bool;

    // What another host was told: it holds here too, a second longer, so that one who was told goes
    // first. 0: that host is answered again.
    void heed(const limited_client& client, milliseconds span, time_point now);

  private:
    struct standing {
        unsigned limited = 0;                    // in a row
        std::vector<std::string> accounts = {};  // that were, of those that have names
        time_point until{};
        bool trial = false;  // one is under way, since the hold was over
        time_point trial_ends{};
    };
    // A limit of one account's is no limit of the client's: others are answered between.
    static constexpr unsigned refusals_to_hold = 3;
    // Of a provider that names no time, and of one that names a day: then one asks a minute.
    static constexpr milliseconds shortest{1'000};
    static constexpr milliseconds longest{60'000};
    static constexpr milliseconds a_second{1'000};
    static constexpr std::size_t most_accounts = 16;
    // From so many on those are forgotten whose hold was over a minute ago: a tenant that was
    // limited once may never be asked again.
    static constexpr std::size_t many = 1'000;

    void end_hold(const limited_client& client);
    static auto note_account(standing& its, std::string_view account) -> bool;
    static auto left(const standing& of, time_point now) -> std::optional<milliseconds>;

    listener listener_;
    mutable std::mutex guard_;
    std::unordered_map<limited_client, standing> clients_;  // those that said so, until they don't
};

}  // namespace tenon::host
