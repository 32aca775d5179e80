// What every verb works with. Owned by app; outlives every coroutine.
#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/outbound.hpp"
#include "base/random.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <string>
#include <vector>

namespace tenon::host {

class database;
class registry;
class sealer;
class oauth_observer;
class token_cache;
class status_cache;
class signing_keys;
class revocation_watch;
class rate_governor;

struct oauth_options {
    std::string public_url;  // without a trailing slash; redirect URIs are made from it
    std::vector<std::string> redirect_targets;
    milliseconds state_lifetime{600'000};
    milliseconds confirmation_lifetime{600'000};
    milliseconds operation_deadline{30'000};       // a whole operation, all its requests
    milliseconds lease{45'000};                    // longer than operation_deadline
    milliseconds profile_lifetime{300'000};        // how long GET …/profile answers from cache
    milliseconds audit_lifetime{0};                // older lines of the audit log go; 0: none
    milliseconds revocation_lifetime{86'400'000};  // one that fails is tried again; 0: it is not
    milliseconds reads_lifetime{0};                // older reads of credentials go; 0: none
    std::size_t token_cache_entries = 200'000;
    std::size_t refresh_concurrency = 50;  // at once, a provider
    std::string instance;                  // this process: owner of leases and intents
    // Nobody else can hold an intent (embedded database): what a dead process left is recovered at
    // once, not when its lease ends.
    bool sole_owner = false;
};

struct oauth_context {
    database& db;
    registry& providers;
    outbound_http& http;
    const sealer& seal;
    const clock& time;
    random_source& random;
    token_cache& cache;
    status_cache& statuses;
    signing_keys& keys;
    revocation_watch& watch;
    rate_governor& governor;
    oauth_observer& observer;
    boost::asio::any_io_executor
        background;  // where work runs that outlives the request that asked for it
    oauth_options options;
};

// Who is acting, for scoping and for the audit log.
struct actor {
    org_id org;
    user_id user;            // the end user; may be empty where a verb does not need one
    std::string name;        // `key:ID`, `cli`, `callback`, `refresh`, `recovery`
    std::string request_id;  // may be empty
};

}  // namespace tenon::host
