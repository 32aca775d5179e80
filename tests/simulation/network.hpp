// What is between the hosts and the providers: it takes its time, loses things, and lets the
// provider misbehave.
#pragma once

#include "base/outbound.hpp"
#include "bell.hpp"
#include "book.hpp"
#include "house.hpp"

#include <functional>
#include <memory>

namespace tenon::simulation {

// The grant of a refresh, as the database has it when the request leaves.
struct known_grant {
    std::string id;
    std::optional<time_point> expires_at, lease_until;
};
using grant_finder = std::function<
    std::optional<known_grant>(const std::string& provider, const std::string& refresh_token)>;

// A host's way out. `alive` ends with the host.
class simulated_http final : public host::outbound_http {
  public:
    struct surroundings {
        chronicle& all;
        house& providers;
        book& tokens;
        grant_finder grant_of;
    };
    simulated_http(
        surroundings around, std::size_t host, const host::clock& time,
        std::weak_ptr<const void> alive
    );

    auto send(host::outbound_request request)
        -> boost::asio::awaitable<host::outbound_response> override;

  private:
    struct flight;

    auto exchange(host::outbound_request request)
        -> boost::asio::awaitable<host::outbound_response>;
    void note_departure(flight& one);
    void depart(const std::shared_ptr<flight>& one);
    void be_served(const std::shared_ptr<flight>& one, const mishap& fate);
    void arrive(const std::shared_ptr<flight>& one, const host::outbound_response& answer);
    void give_up(const std::shared_ptr<flight>& one);
    static void end(const std::shared_ptr<flight>& one, host::outbound_response answer);
    [[nodiscard]] auto fate_of(const host::outbound_request& request) -> mishap;

    surroundings around_;
    std::size_t host_;
    const host::clock& time_;
    std::weak_ptr<const void> alive_;
};

}  // namespace tenon::simulation
