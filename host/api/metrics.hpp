// What Prometheus scrapes. Labels are routes, providers and outcomes, never anything of a user's.
#pragma once

#include "base/clock.hpp"
#include "http/observer.hpp"
#include "net/circuit.hpp"
#include "oauth/observer.hpp"
#include "provider/worker_observer.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// How many connections a provider has in one status, or grants in one state of health; or that
// lapse within a time.
struct state_gauge {
    std::string provider;
    std::string state;
    std::int64_t count = 0;
};

class api_metrics final : public oauth_observer, public request_observer, public worker_observer {
  public:
    explicit api_metrics(std::string_view version);
    ~api_metrics() override;
    api_metrics(const api_metrics&) = delete;
    auto operator=(const api_metrics&) -> api_metrics& = delete;

    // Names a pattern whose answers are counted apart; all others count as `unmatched`. Before
    // serving.
    void add_route(std::string_view pattern);

    void answered(
        std::string_view route, unsigned status, std::chrono::nanoseconds duration
    ) noexcept override;
    void connection_opened() noexcept override;
    void connection_refused() noexcept override;
    void connection_closed() noexcept override;

    void operation_ended(
        std::string_view provider, std::string_view operation, std::string_view outcome,
        double seconds
    ) override;
    void connection_expired(std::string_view provider, expiry_cause cause) override;
    void provider_alarm(std::string_view provider, alarm_cause cause) override;
    void revocation_ended(std::string_view provider, std::string_view outcome) override;
    void token_read(std::string_view how) override;
    void worker_started(std::string_view plugin) override;
    void worker_lost(std::string_view plugin, std::string_view reason) override;

    // Of an origin that providers are asked at: opened, or closed again.
    void circuit_changed(std::string_view origin, circuit_state state);
    // Whether what hosts share is reached; never called where they share nothing.
    void set_redis_up(bool up);
    // How a caller's key was found: `hit`, `miss` (looked up) or `refused`.
    void key_looked_up(std::string_view how);
    void set_refreshes_in_flight(std::size_t count);
    // When what follows was counted.
    void set_counted_at(time_point at);
    void set_revocations_owed(std::int64_t count);
    // Replaces what was known; a pair that is named more than once is added up, one that is no
    // longer named reads 0.
    void set_connections(const std::vector<state_gauge>& counts);
    void set_grants(const std::vector<state_gauge>& counts);
    void set_grants_lapsing(const std::vector<state_gauge>& counts);

    // The text exposition format, 0.0.4.
    [[nodiscard]] auto text() const -> std::string;

  private:
    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace tenon::host
