#include "net/circuit.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_map>

namespace tenon::host {
namespace asio = boost::asio;
namespace {

constexpr std::size_t most_origins = 4096;
constexpr milliseconds a_second{1'000};

auto verdict_of(const outbound_response& answer) -> circuit::verdict {
    switch (answer.outcome) {
        case transport::ok:
            return answer.status >= 500 ? circuit::verdict::failure : circuit::verdict::success;
        case transport::timeout:
        case transport::dns:
        case transport::connect:
        case transport::tls:
        case transport::reset: return circuit::verdict::failure;
        case transport::too_large: return circuit::verdict::success;  // it is there, and it answers
        case transport::denied:
        case transport::cancelled: return circuit::verdict::abandoned;
    }
    return circuit::verdict::abandoned;
}

class breaker final : public circuit_breaker {
  public:
    breaker(
        std::unique_ptr<outbound_http> inner, const clock& time, circuit_policy policy,
        circuit_listener listener
    )
        : inner_(std::move(inner)), time_(time), policy_(policy), listener_(std::move(listener)) {}

    auto send(outbound_request request) -> asio::awaitable<outbound_response> override {
        const auto origin = origin_of(request.url);
        const auto now = time_.now();
        const auto number = ++requests_;
        const auto decision = ask(origin, number, now);
        if (!decision.allowed) {
            co_return refusal(decision.retry_after, now);
        }
        // An exception, or a coroutine that is destroyed, must not leave a trial running for ever.
        const bool told = request.addresses != address_policy::public_only;
        pending trial{*this, origin, number, told};
        auto sending = inner_->send(std::move(request));
        auto answer = co_await std::move(sending);
        trial.how = verdict_of(answer);
        co_return answer;
    }

    void heed(std::string_view origin, milliseconds span) override {
        const auto now = time_.now();
        const std::string name(origin);
        const std::lock_guard lock(guard_);
        if (span <= milliseconds(0)) {
            circuits_.erase(name);
        } else {
            circuit_of(name, now).heed(span + a_second, now);
        }
    }

  private:
    struct pending {
        breaker& at;
        const std::string& origin;
        std::uint64_t number;
        bool told;
        circuit::verdict how = circuit::verdict::abandoned;
        ~pending() { at.report(origin, number, how, told); }
    };

    static auto refusal(milliseconds retry_after, time_point now) -> outbound_response {
        outbound_response made;
        made.outcome = transport::connect;
        made.sent = request_sent::no;
        made.sent_at = now;
        made.problem = "the circuit is open: it failed too often, and is tried again later";
        const auto whole = std::chrono::ceil<std::chrono::seconds>(retry_after).count();
        made.retry_after = retry_after;
        made.headers.emplace_back("retry-after", std::to_string(std::max<std::int64_t>(whole, 1)));
        return made;
    }

    auto ask(const std::string& origin, std::uint64_t request, time_point now)
        -> circuit::decision {
        const std::lock_guard lock(guard_);
        const auto found = circuits_.find(origin);
        return found == circuits_.end() ? circuit::decision{} : found->second.ask(request, now);
    }

    // That origin's, which may be new: another one makes room for it.
    auto circuit_of(const std::string& origin, time_point now) -> circuit& {
        if (circuits_.size() >= most_origins && !circuits_.contains(origin)) {
            const auto idle = std::ranges::find_if(circuits_, [now](const auto& one) {
                return one.second.is_idle(now);
            });
            circuits_.erase(idle == circuits_.end() ? circuits_.begin() : idle);
        }
        return circuits_.try_emplace(origin, policy_).first->second;
    }

    void report(const std::string& origin, std::uint64_t request, circuit::verdict how, bool told) {
        const auto now = time_.now();
        const std::lock_guard lock(guard_);
        // Origins that never failed need no memory.
        if (how != circuit::verdict::failure && !circuits_.contains(origin)) {
            return;
        }
        auto& its = circuit_of(origin, now);
        const auto before = its.state(now);
        its.report(request, how, now);
        const auto after = its.state(now);
        const auto open_for = its.waits(now);
        if (how == circuit::verdict::success) {
            circuits_.erase(origin);
        }
        if (before != after && told && listener_) {
            listener_(origin, after, open_for);
        }
    }

    std::unique_ptr<outbound_http> inner_;
    const clock& time_;
    circuit_policy policy_;
    circuit_listener listener_;
    std::atomic<std::uint64_t> requests_{0};
    std::mutex guard_;
    std::unordered_map<std::string, circuit> circuits_;
};

}  // namespace

auto circuit::ask(std::uint64_t request, time_point now) -> decision {
    if (openings_ == 0) {
        return {};
    }
    if (is_waiting(now)) {
        return {false, trial_at_ - now};
    }
    if (trial_ != 0) {
        return {false, a_second};
    }
    trial_ = request;
    return {};
}

void circuit::report(std::uint64_t request, verdict how, time_point now) {
    if (how == verdict::success) {
        failures_ = 0;
        openings_ = 0;
        trial_ = 0;
        return;
    }
    const bool was_trial = trial_ == request;
    if (was_trial) {
        trial_ = 0;
    }
    if (how == verdict::abandoned) {
        return;
    }
    ++failures_;
    // Failures of requests that began before it opened say nothing new.
    const bool opens = openings_ == 0 ? failures_ >= policy_.failures_to_open : was_trial;
    if (!opens) {
        return;
    }
    const auto doublings = std::min(openings_, 16U);
    ++openings_;
    trial_at_ =
        now + std::min(policy_.open_for * (std::int64_t{1} << doublings), policy_.open_ceiling);
}

void circuit::heed(milliseconds span, time_point now) {
    openings_ = std::max(openings_, 1U);
    trial_at_ = now + std::min(span, policy_.open_ceiling);
}

auto circuit::waits(time_point now) const -> milliseconds {
    return openings_ != 0 && is_waiting(now) ? trial_at_ - now : milliseconds(0);
}

auto circuit::is_idle(time_point now) const -> bool {
    return trial_ == 0 && !is_waiting(now);
}

auto circuit::state(time_point now) const -> circuit_state {
    if (openings_ == 0) {
        return circuit_state::closed;
    }
    return is_waiting(now) ? circuit_state::open : circuit_state::half_open;
}

// A clock that was set back does not keep it open: no opening is longer than the ceiling.
auto circuit::is_waiting(time_point now) const -> bool {
    return now < trial_at_ && trial_at_ - now <= policy_.open_ceiling;
}

auto make_circuit_breaker(
    std::unique_ptr<outbound_http> inner, const clock& time, circuit_policy policy,
    circuit_listener listener
) -> std::unique_ptr<circuit_breaker> {
    return std::make_unique<breaker>(std::move(inner), time, policy, std::move(listener));
}

auto origin_of(std::string_view url) -> std::string {
    const auto colon = url.find("://");
    if (colon == url.npos) {
        return {};
    }
    auto origin = to_lower(url.substr(0, colon));
    if (origin != "http" && origin != "https") {
        return {};
    }
    const bool plain = origin == "http";
    const auto rest = url.substr(colon + 3);
    auto authority = rest.substr(0, rest.find_first_of("/?#"));
    authority = authority.substr(authority.rfind('@') + 1);
    if (authority.empty()) {
        return {};
    }
    origin += "://";
    origin += to_lower(authority);
    const auto bracket = authority.rfind(']');
    const auto port = authority.find(':', bracket == authority.npos ? 0 : bracket);
    if (port == authority.npos) {
        origin += plain ? ":80" : ":443";
    }
    return origin;
}

}  // namespace tenon::host
