// The host's way out, leading straight into a stage: no socket, and the test's clock.
#pragma once

#include "base/clock.hpp"
#include "base/outbound.hpp"
#include "support/simulator/stage.hpp"

namespace tenon::sim {

class in_process_http final : public host::outbound_http {
  public:
    // Both outlive it.
    in_process_http(stage& scene, const host::clock& time) : scene_(scene), time_(time) {}

    // Whatever the origin is: the path decides, as at tenon-simulator. Resets are as ambiguous as
    // real ones (sent: maybe); delays cost nothing.
    auto send(host::outbound_request request)
        -> boost::asio::awaitable<host::outbound_response> override;

    std::vector<host::outbound_request> seen;

  private:
    stage& scene_;
    const host::clock& time_;
};

// What travels between a host and a stage without a socket, as either has it.
[[nodiscard]] auto to_stage(const host::outbound_request& request) -> sim_request;
[[nodiscard]] auto from_stage(const stage_answer& from, time_point now) -> host::outbound_response;

// A browser that follows the authorization URL: the parameters of the redirect that comes back.
// Throws where there is none.
[[nodiscard]] auto visit(stage& scene, const std::string& url, time_point now) -> parameters;

}  // namespace tenon::sim
