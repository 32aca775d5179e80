// Renews a grant: one refresh at a time, and nothing that came back is ever lost.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"
#include "store/grants.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <vector>

namespace tenon::host {

struct boarding;

enum class refresh_reason {
    ahead,    // the scheduler's
    needed,   // a reader's: the token is dead or too short-lived for it
    asked,    // POST …/refresh
    refused,  // the provider refused the token, whatever end it had told of
};

struct refresh_order {
    org_id org;
    grant_id grant;
    provider_id provider;
    refresh_reason reason = refresh_reason::needed;
    std::int64_t seen = 0;  // a generation past this one serves whoever asked, except `asked`
    std::optional<time_point> due =
        {};  // of the scheduler: when it was due; moved meanwhile: let it be
    std::shared_ptr<const boarding> aboard = {};  // its lease and intent, where claim() wrote them
    // Called when the provider has been asked, and nothing is left but to write down the end; not
    // where it is not asked, or another's refresh is joined.
    std::function<void()> answered = {};
};

struct claimed_refreshes {
    std::vector<refresh_order> orders;
    bool others_took_some = false;
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
    // is then, never null. The work itself runs on the background executor: a caller that goes away
    // does not end it. A token that is dead, or refused, and that nothing can renew ends the grant.
    // Errors: not_found, reconnect_required, provider_unavailable, provider_timeout,
    // provider_misconfigured, rate_limited, unsupported_by_provider (it lives, but can't be renewed
    // now), storage_unavailable, and those of registry::acquire.
    auto refresh(refresh_order order) -> boost::asio::awaitable<result<shared_grant>>;

    // For the scheduler: takes the leases of those that are due still, that nobody holds and no
    // refresh is under way of, and writes down what it takes to begin, all at once. Answers with
    // the orders of what it got, each of which must be given to refresh_claimed(). Errors: those of
    // storage.
    auto claim(std::vector<due_grant> wanted) -> boost::asio::awaitable<result<claimed_refreshes>>;
    // As refresh(). One that joined another's, which never boarded, boards behind it.
    auto refresh_claimed(refresh_order order) -> boost::asio::awaitable<result<shared_grant>>;

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
