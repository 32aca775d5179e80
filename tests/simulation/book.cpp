#include "book.hpp"

#include "store/postgres_clock.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::simulation {
namespace {

auto name_of(const std::string& provider, const std::string& token) -> std::string {
    return provider + ' ' + token;
}

auto look_up(const std::unordered_map<std::string, std::size_t>& in, const std::string& name)
    -> std::optional<std::size_t> {
    const auto found = in.find(name);
    return found == in.end() ? std::nullopt : std::optional(found->second);
}

// Who wrote it and who waits for it may each be as far from the right time as hosts may be.
auto end_of_lease(const auto& of) -> time_point {
    return of.lease_until - 2 * host::clocks_agree_within;
}

}  // namespace

void book::departs(const std::shared_ptr<token_call>& one) {
    one->family = family_of_refresh(one->provider, one->refresh_token);
    if (!one->family) {
        return all_.violated("a refresh token was sent that no provider issued");
    }
    for (const auto& other : in_flight_) {
        if (other->family == one->family && all_.clocks_agree && !was_taken_over(*one)) {
            all_.violated("two refreshes of one grant overlap at the provider");
        }
    }
    in_flight_.push_back(one);
}

void book::ends(const std::shared_ptr<token_call>& one) {
    std::erase(in_flight_, one);
}

// A used refresh token is sent again only when the access token is dead, and only where its answer
// was lost: else a living host has thrown the new one away.
void book::check_use(const token_call& one) {
    auto& of = families_[*one.family];
    if (one.refresh_token == of.current || of.ended) {
        return;
    }
    if (!all_.clocks_agree) {
        excuse(*one.family, "the clocks of two hosts differed");
    }
    if (was_taken_over(one)) {
        excuse(*one.family, "a host could not write for longer than its lease");
    }
    if (one.was_alive && all_.clocks_agree) {
        all_.violated("a used refresh token was sent again while the access token lived");
    }
    if (of.excuse.empty()) {
        all_.violated("a used refresh token was sent again, and no answer had been lost");
    }
}

auto book::was_taken_over(const token_call& by) const -> bool {
    const auto lost_it = [&](const auto& one) {
        return one.family == by.family && one.host != by.host && one.disturbed &&
               all_.time.now() >= end_of_lease(one);
    };
    return std::ranges::any_of(held_, lost_it) ||
           std::ranges::any_of(in_flight_, [&](const auto& one) { return lost_it(*one); });
}

// Where clocks differ by more than leases bear, two hosts may take up one exchange that was cut
// off: the second use of its code ends the tokens.
void book::check_code(const token_call& one) {
    const auto found = of_code_.find(name_of(one.provider, one.code));
    if (found != of_code_.end() && found->second.host != one.host && !all_.clocks_agree) {
        excuse(found->second.family, "the clocks of two hosts differed");
    }
}

void book::served(token_call& one, const sim::sim_response& answer) {
    if (one.family) {
        check_use(one);
    } else {
        check_code(one);
    }
    if (answer.status != 200) {
        return;
    }
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    if (body.is_object() && body.contains("access_token")) {
        note_issued(
            one, body.at("access_token").get<std::string>(),
            body.value("refresh_token", std::string())
        );
    }
}

void book::note_issued(token_call& one, const std::string& access, const std::string& refresh) {
    if (!one.family) {
        one.family = families_.size();
        families_.push_back({one.provider, refresh, {}, false});
        of_code_[name_of(one.provider, one.code)] = {*one.family, one.host};
    }
    of_access_[name_of(one.provider, access)] = *one.family;
    if (!refresh.empty()) {
        of_refresh_[name_of(one.provider, refresh)] = *one.family;
        families_[*one.family].current = refresh;
    }
}

void book::lost(const token_call& one, const std::string& why) {
    if (one.family) {
        excuse(*one.family, why);
    }
}

void book::arrived(const token_call& one) {
    if (!one.family || one.refresh_token.empty()) {
        return;
    }
    held_.push_back({one.host, *one.family, one.grant, one.lease_until, one.disturbed});
}

void book::recorded(std::size_t host, const std::string& grant) {
    std::erase_if(held_, [&](const holding& one) {
        return one.host == host && one.grant == grant;
    });
}

void book::crashed(std::size_t host) {
    std::erase_if(held_, [&](const holding& one) {
        if (one.host == host) {
            excuse(one.family, "its host crashed with the answer in its hands");
        }
        return one.host == host;
    });
}

template <class Which>
void book::disturb(Which which) {
    const auto note = [&](auto& one) { one.disturbed = one.disturbed || which(one); };
    for (const auto& one : in_flight_) {
        note(*one);
    }
    std::ranges::for_each(held_, note);
}

void book::frozen(std::size_t host, time_point until) {
    disturb([&](const auto& one) { return one.host == host && until >= end_of_lease(one); });
}

void book::cut_off(std::size_t host) {
    disturb([&](const auto& one) { return one.host == host; });
}

void book::clocks_jumped() {
    for (const auto& one : in_flight_) {
        if (one->family) {
            excuse(*one->family, "the clocks of two hosts differed");
        }
    }
}

void book::revoked(const std::string& provider, const std::string& token) {
    auto which = family_of_refresh(provider, token);
    which = which ? which : look_up(of_access_, name_of(provider, token));
    if (which) {
        families_[*which].ended = true;
    }
}

auto book::family_of_refresh(const std::string& provider, const std::string& token) const
    -> std::optional<std::size_t> {
    return look_up(of_refresh_, name_of(provider, token));
}

auto book::is_coming(std::size_t which) const -> bool {
    return std::ranges::any_of(in_flight_, [&](const auto& one) { return one->family == which; }) ||
           std::ranges::any_of(held_, [&](const auto& one) { return one.family == which; });
}

void book::excuse(std::size_t which, const std::string& why) {
    auto& of = families_[which];
    if (of.excuse.empty()) {
        of.excuse = why;
    }
}

}  // namespace tenon::simulation
