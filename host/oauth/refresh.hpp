// Renews a grant: one refresh at a time, and nothing that came back is ever lost.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>
#include <memory>

namespace tenon::host {

struct grant_row;

enum class refresh_reason {
    ahead,   // the scheduler's
    needed,  // a reader's: the token is dead or too short-lived for it
    asked,   // POST …/refresh
};

struct refresh_report {
    bool refreshed = false;  // false: the provider does not allow it yet; the token is the freshest
                             // that there is
    std::optional<time_point> expires_at;
    std::string note;  // why not, for the caller
};

class refresher {
  public:
    explicit refresher(oauth_context& context);
    ~refresher();
    refresher(const refresher&) = delete;
    auto operator=(const refresher&) -> refresher& = delete;

    // Refreshes one grant, or joins the refresh of it that is under way; answers with the row as it
    // is then. The work itself runs on the background executor: a caller that goes away does not
    // end it. Errors: not_found, reconnect_required, provider_unavailable, provider_timeout,
    // provider_misconfigured, rate_limited, unsupported_by_provider (no refresh token, or none
    // needed), storage_unavailable.
    auto refresh(org_id org, grant_id grant, refresh_reason reason, std::int64_t seen = 0)
        -> boost::asio::awaitable<result<grant_row>>;

    // POST …/refresh: every slot of the connection.
    auto refresh_connection(actor by, account_selector which)
        -> boost::asio::awaitable<result<refresh_report>>;

    // How many run now.
    [[nodiscard]] auto in_flight() const -> std::size_t;

  private:
    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace tenon::host
