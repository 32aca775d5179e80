// A whole host in one process' place: what app wires, on a simulated loop, clock, network and
// database.
#pragma once

#include "crypto/envelope.hpp"
#include "network.hpp"
#include "oauth/background.hpp"
#include "oauth/context.hpp"
#include "oauth/id_token.hpp"
#include "oauth/observer.hpp"
#include "oauth/rate_governor.hpp"
#include "oauth/refresh.hpp"
#include "oauth/revocation_watch.hpp"
#include "oauth/status_cache.hpp"
#include "oauth/token.hpp"
#include "oauth/token_cache.hpp"
#include "storage.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace tenon::simulation {

class silent_observer final : public host::oauth_observer {
  public:
    void operation_ended(std::string_view, std::string_view, std::string_view, double) override {}
    void connection_expired(std::string_view, host::expiry_cause) override {}
    void provider_alarm(std::string_view, host::alarm_cause) override {}
    void revocation_ended(std::string_view, std::string_view) override {}
    void token_read(std::string_view) override {}
};

// Destroying it is a crash: whatever it was in the middle of is not done. Members go in reverse,
// the loop last, as a host's do.
class process {
  public:
    struct parts {
        const simulated_http::surroundings& around;
        std::size_t machine;
        const host::clock& time;
        host::keyring keys;
        std::string name;  // of this life: owner of leases and intents
        commit_listener committed;
    };
    explicit process(parts made_of);
    process(const process&) = delete;
    auto operator=(const process&) -> process& = delete;

    // One of what is ready to run. False: nothing is.
    auto run_one() -> bool { return loop_.poll_one() > 0; }

    [[nodiscard]] auto executor() { return loop_.get_executor(); }

  private:
    void set_waiting(chronicle& all);

    boost::asio::io_context loop_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_;
    std::shared_ptr<const int> alive_ = std::make_shared<const int>();
    seeded_random random_;

  public:
    host::sealer seal;

  private:
    simulated_http http_;
    simulated_storage db_;
    host::token_cache cache_{1'000};
    host::status_cache statuses_{cache_.marks()};
    host::signing_keys keys_;
    host::revocation_watch watch_;
    host::rate_governor governor_;
    silent_observer observer_;

  public:
    host::oauth_context context;
    host::refresher refresh;
    host::token_reader tokens;

  private:
    host::background_work background_;
};

}  // namespace tenon::simulation
