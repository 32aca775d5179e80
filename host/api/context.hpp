// What every handler works with. Owned by app; outlives every request.
#pragma once

#include "api/stored_counts.hpp"
#include "base/clock.hpp"

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace tenon::host {

struct oauth_context;
struct plugin_report;
class access_journal;
class api_metrics;
class authenticator;
class catalogue_listing;
class rate_limiter;
class refresher;
class token_reader;

// What `/health` and the pages say about this host, truthfully, and what the handlers need of the
// configuration.
struct api_settings {
    std::string public_url;  // without a trailing slash
    std::string version;
    std::string environment = "production";
    bool admin_listener = false;  // there is one: /metrics is served there only
    bool security_headers = true;
    bool cors_configured = false;
    milliseconds idempotency_lifetime{24 * 3'600'000};
    // How long an import begins with further items: what began still ends within the request's
    // time.
    milliseconds import_time{80'000};
};

struct api_context {
    oauth_context& oauth;
    token_reader& tokens;
    refresher& refresh;
    authenticator& keys;
    rate_limiter& limits;
    access_journal& journal;
    api_metrics& metrics;
    catalogue_listing& catalogued;
    api_settings settings;
    // Has the registry read its plugins anew, on a thread where that may take its time.
    std::function<boost::asio::awaitable<std::vector<plugin_report>>()> reload_plugins{};
    std::atomic<bool> draining{false};  // set by app when it stops accepting: readiness says no

    // Of the probes: when something was last done that is not to be done for every question.
    std::atomic<time_point> wrote_at{};
    count_schedule counting{};
    std::once_flag described{};
    std::string openapi{};  // made when it is first asked for
};

}  // namespace tenon::host
