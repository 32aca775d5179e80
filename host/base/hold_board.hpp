// Where this host pins what is not to be asked for a while, for the other hosts to keep to, and
// reads what they pinned.
#pragma once

#include "base/clock.hpp"
#include "base/shared_limits.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

class hold_board {
  public:
    // What another host found: not to be asked for that long; 0: it may be asked again.
    using listener = std::function<void(std::string_view name, milliseconds span)>;

    explicit hold_board(const clock& time) : time_(time) {}

    // Who is told of holds of that kind. Before anything is exchanged.
    void hear(std::string kind, listener to);
    // This host's own: told at the next exchange. The listener does not hear of it. Any thread.
    void post(std::string_view kind, std::string_view name, milliseconds span);
    // Tells and hears, once. What could not be told is told the next time, while it lasts. Not two
    // at once.
    auto exchange(shared_limits& with) -> boost::asio::awaitable<void>;

  private:
    struct pinned {
        bool over = false;
        time_point until{};  // of an end: when it was told
    };
    using pins = std::map<std::string, pinned, std::less<>>;

    auto take_news() -> std::vector<hold>;
    void put_back(const std::vector<hold>& news);
    // True where it is news here.
    auto learn(const hold& heard) -> bool;
    void forget_old();
    void tell_listener(const hold& heard) const;

    const clock& time_;
    std::map<std::string, listener, std::less<>> listeners_;
    std::mutex guard_;
    pins news_;   // of this host's
    pins known_;  // of all
};

}  // namespace tenon::host
