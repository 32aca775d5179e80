// A circuit breaker per origin: a provider that is down is not asked by every request.
#pragma once

#include "base/clock.hpp"
#include "base/outbound.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tenon::host {

struct circuit_policy {
    unsigned failures_to_open = 8;  // in a row
    milliseconds open_for{10'000};  // the first time; doubled while trials fail
    milliseconds open_ceiling{120'000};
};

enum class circuit_state { closed, open, half_open };

// One origin's breaker, without a lock or a clock of its own.
class circuit {
  public:
    explicit circuit(circuit_policy policy) : policy_(policy) {}

    struct decision {
        bool allowed = true;
        milliseconds retry_after{0};  // when not allowed: how long until a trial may be
    };
    // May request number `request` (never 0, none twice) be made now? Half-open: one at a time.
    [[nodiscard]] auto ask(std::uint64_t request, time_point now) -> decision;
    // How an allowed one ended. abandoned: nothing was learnt (it was cancelled), so that another
    // may try. What began before the circuit opened is no trial, however it ends.
    enum class verdict { success, failure, abandoned };
    void report(std::uint64_t request, verdict how, time_point now);
    // Nothing is lost with it: it is neither open nor on trial.
    [[nodiscard]] auto is_idle(time_point now) const -> bool;
    // Another found it failing: nothing goes out for that long, then one trial.
    void heed(milliseconds span, time_point now);
    // How long until a trial may be; 0 where it is not open.
    [[nodiscard]] auto waits(time_point now) const -> milliseconds;
    [[nodiscard]] auto state(time_point now) const -> circuit_state;

  private:
    [[nodiscard]] auto is_waiting(time_point now) const -> bool;

    circuit_policy policy_;
    unsigned failures_ = 0;
    unsigned openings_ = 0;    // in a row, without a success between
    std::uint64_t trial_ = 0;  // the request that is tried with; 0: none
    time_point trial_at_{};    // meaningful while openings_ > 0
};

// Called with each change that an answer makes: opened, for how long, or closed again (0). The
// origin is scheme, host and port. Not of addresses that users supplied. It must not come back
// here.
using circuit_listener =
    std::function<void(std::string_view origin, circuit_state state, milliseconds open_for)>;

class circuit_breaker : public outbound_http {
  public:
    // What another host found: the origin is not asked here either, for a second longer, so that
    // one who found it goes first. 0: it answers again. The listener does not hear of it. Any
    // thread.
    virtual void heed(std::string_view origin, milliseconds span) = 0;
};

// Wraps `inner`: transport failures and 5xx count as failures, every other answer as a success.
// While an origin's circuit is open its requests are answered at once: transport::connect, sent no,
// retry_after, and a `retry-after` header of seconds. Requests for addresses that users supplied
// (public_only) have circuits like others. At most 4096 origins are kept: then one that is not open
// makes room for one that fails.
[[nodiscard]] auto make_circuit_breaker(
    std::unique_ptr<outbound_http> inner, const clock& time, circuit_policy policy,
    circuit_listener listener = {}
) -> std::unique_ptr<circuit_breaker>;

// `https://host:port` in lower case with the port always there; empty if the URL is not http or
// https.
[[nodiscard]] auto origin_of(std::string_view url) -> std::string;

}  // namespace tenon::host
