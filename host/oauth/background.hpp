// What runs without being asked: refresh ahead of expiry, recovery of what was cut off
// (exchanges, refreshes, disconnects, erasures), revocations that are owed, the end of what nobody
// confirmed, the change feed, the audit log's chain, cleaning.
#pragma once

#include "oauth/context.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

namespace tenon::host {

class refresher;

// A row of the change table: something that caches hold is no longer so.
struct change {
    enum class subject_kind { grant, connection, key } kind;
    std::string subject;                     // its id
    std::optional<std::int64_t> generation;  // of a renewed grant
};

class background_work {
  public:
    background_work(oauth_context& context, refresher& refresh);
    ~background_work();
    background_work(const background_work&) = delete;
    auto operator=(const background_work&) -> background_work& = delete;

    // Called for each change that another process made; before start(). `lost`: for a while changes
    // may have been missed, so forget everything.
    void on_change(std::function<void(const change&)> listener, std::function<void()> lost);
    // Starts the loops on context.background.
    void start();
    // Ends the loops: none of them begins anything new. Returns when they and the refreshes that
    // they began are through, or after `grace`; false: some still run (what they leave is taken up
    // at the next start).
    auto stop(milliseconds grace) -> boost::asio::awaitable<bool>;

  private:
    struct implementation;
    std::shared_ptr<implementation> implementation_;
};

}  // namespace tenon::host
