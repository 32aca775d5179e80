// Where each refresh token is: what the provider issued, whether its answer arrived, whether the
// host that got it has recorded it. What is lost without an excuse breaks the rules.
#pragma once

#include "chronicle.hpp"
#include "support/simulator/message.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace tenon::simulation {

// One consent, and all tokens that stem from it.
struct family {
    std::string provider;
    std::string current;  // the refresh token that is good
    std::string excuse;   // why its host may have lost it; empty: it must not
    bool ended = false;   // revoked by a host
};

// A request to a token endpoint, as far as the book needs it.
struct token_call {
    std::size_t host = 0;
    std::string provider;
    std::string refresh_token;  // of a refresh
    std::string code;           // of an exchange
    std::optional<std::size_t> family = {};
    std::string grant = {};  // whose it is in the database
    bool was_alive = false;  // by its host's clock the access token lived when it was sent
    time_point lease_until{};
    bool disturbed = false;  // its host can't have kept its lease, or written what came
};

class book {
  public:
    explicit book(chronicle& all) : all_(all) {}

    // A refresh leaves its host.
    void departs(const std::shared_ptr<token_call>& one);
    // Its host waits for it no longer.
    void ends(const std::shared_ptr<token_call>& one);
    // The provider has served it; what it answered, before anything spoilt it.
    void served(token_call& one, const sim::sim_response& answer);
    // The answer, or what became of it, will never be had.
    void lost(const token_call& one, const std::string& why);
    // The answer is at its host, which lives.
    void arrived(const token_call& one);
    // A transaction of the host's recorded the answer to a refresh of that grant.
    void recorded(std::size_t host, const std::string& grant);
    // What the host held and had not recorded is gone with it.
    void crashed(std::size_t host);
    // It stands still until then: who comes after a lease can't know that it lives.
    void frozen(std::size_t host, time_point until);
    // Its clock is wrong, and it can't write until that is over.
    void cut_off(std::size_t host);
    void clocks_jumped();
    // A host revoked the token.
    void revoked(const std::string& provider, const std::string& token);

    [[nodiscard]] auto family_of_refresh(const std::string& provider, const std::string& token)
        const -> std::optional<std::size_t>;
    [[nodiscard]] auto at(std::size_t which) const -> const family& { return families_[which]; }
    // Nothing has ended it, and nothing excuses its loss.
    [[nodiscard]] auto must_live(std::size_t which) const -> bool {
        return !families_[which].ended && families_[which].excuse.empty();
    }
    // An answer with its newest tokens may be on the way, or is in the hands of a host.
    [[nodiscard]] auto is_coming(std::size_t which) const -> bool;

    // An answer that a host has, and has not recorded.
    struct holding {
        std::size_t host;
        std::size_t family;
        std::string grant;
        time_point lease_until;
        bool disturbed;  // as the call's
    };
    [[nodiscard]] auto in_hands() const -> const std::vector<holding>& { return held_; }

  private:
    void excuse(std::size_t which, const std::string& why);
    void note_issued(token_call& one, const std::string& access, const std::string& refresh);
    void check_use(const token_call& one);
    // Another host was at it for longer than its lease, and could not help it.
    [[nodiscard]] auto was_taken_over(const token_call& by) const -> bool;
    template <class Which>
    void disturb(Which which);
    void check_code(const token_call& one);

    chronicle& all_;
    std::vector<family> families_;
    // By provider and token: two providers may issue the same.
    std::unordered_map<std::string, std::size_t> of_refresh_, of_access_;
    struct exchanged {
        std::size_t family, host;
    };
    std::unordered_map<std::string, exchanged> of_code_;
    std::vector<std::shared_ptr<token_call>> in_flight_;
    std::vector<holding> held_;
};

}  // namespace tenon::simulation
