#include "network.hpp"

#include "base/log.hpp"
#include "support/simulator/in_process_http.hpp"

#include <algorithm>

namespace tenon::simulation {
namespace {

using enum mishap_kind;

auto failed(host::transport how, host::request_sent sent, time_point at)
    -> host::outbound_response {
    host::outbound_response answer;
    answer.outcome = how;
    answer.sent = sent;
    answer.sent_at = at;
    answer.problem = "the simulated network lost it";
    return answer;
}

auto plain_status(std::uint32_t status) -> sim::stage_answer {
    sim::stage_answer answer;
    answer.response.status = status;
    answer.response.headers = {{"Content-Type", "application/json"}};
    answer.response.body = R"({"error":"temporarily_unavailable"})";
    if (status == 429) {
        answer.response.headers.emplace_back("Retry-After", "7");
    }
    return answer;
}

auto page() -> sim::stage_answer {
    sim::stage_answer answer;
    answer.response.headers = {{"Content-Type", "text/html"}};
    answer.response.body = "<html><body>Please sign in to this network</body></html>";
    return answer;
}

auto is_served(mishap_kind fate) -> bool {
    return fate != too_many_requests && fate != unavailable && fate != outage;
}

// A second time it changes nothing: the network, or whoever is in between, may send it again.
auto is_idempotent(const host::outbound_request& request) -> bool {
    return request.method == "GET" || request.url.ends_with("/revoke");
}

}  // namespace

struct simulated_http::flight {
    host::outbound_request request;
    time_point sent_at{};
    std::shared_ptr<token_call> call = {};  // of a token endpoint
    std::weak_ptr<bell> done = {};
    std::optional<host::outbound_response> answer = {};
    bool over = false;
};

simulated_http::simulated_http(
    surroundings around, std::size_t host, const host::clock& time, std::weak_ptr<const void> alive
)
    : around_(std::move(around)), host_(host), time_(time), alive_(std::move(alive)) {}

auto simulated_http::send(host::outbound_request request)
    -> boost::asio::awaitable<host::outbound_response> {
    auto first = exchange(request);
    auto answer = co_await std::move(first);
    const bool unsure =
        answer.outcome != host::transport::ok && answer.sent != host::request_sent::no;
    if (around_.all.fault == planted_fault::retry_when_unsure && unsure) {
        auto second = exchange(std::move(request));
        answer = co_await std::move(second);
    }
    co_return answer;
}

auto simulated_http::exchange(host::outbound_request request)
    -> boost::asio::awaitable<host::outbound_response> {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto here = std::make_shared<bell>(executor);
    const auto one = std::make_shared<flight>();
    one->request = std::move(request);
    one->done = here;
    one->sent_at = time_.now();
    note_departure(*one);
    // Whatever ends this coroutine ends the request.
    const std::shared_ptr<void> ends(nullptr, [&tokens = around_.tokens, one](void*) {
        if (one->call && !one->over) {
            tokens.lost(*one->call, "its host ended before the answer came");
        }
        if (one->call) {
            tokens.ends(one->call);
        }
        one->over = true;
    });
    depart(one);
    co_await here->wait();
    co_return std::move(*one->answer);
}

void simulated_http::note_departure(flight& one) {
    const auto& request = one.request;
    if (request.method != "POST" || !request.url.ends_with("/token")) {
        return;
    }
    one.call = std::make_shared<token_call>();
    one.call->host = host_;
    one.call->provider = house::name_of(request.url);
    const auto sent = sim::parameters(request.body);
    one.call->code = sent.get("code");
    one.call->refresh_token = sent.get("refresh_token");
    if (one.call->refresh_token.empty()) {
        return;
    }
    if (around_.all.fault == planted_fault::secret_logged) {
        host::log(host::log_level::debug, "planted", {{host::log_key::detail, request.body}});
    }
    if (auto known = around_.grant_of(one.call->provider, one.call->refresh_token)) {
        one.call->grant = known->id;
        one.call->was_alive = known->expires_at && *known->expires_at > time_.now();
        one.call->disturbed = !around_.all.trusts(time_);
        one.call->lease_until = known->lease_until.value_or(time_.now());
    }
    around_.tokens.departs(one.call);
}

auto simulated_http::fate_of(const host::outbound_request& request) -> mishap {
    auto& all = around_.all;
    if (all.time.now() < all.outage_until) {
        return {0, outage, 0};
    }
    const auto found = std::ranges::find_if(all.wire, [&](const mishap& one) {
        return one.kind != delivered_twice || is_idempotent(request);
    });
    if (found == all.wire.end()) {
        return {};
    }
    const auto next = *found;
    all.wire.erase(found);
    return next;
}

void simulated_http::depart(const std::shared_ptr<flight>& one) {
    auto& all = around_.all;
    all.point(host_);
    const auto fate = fate_of(one->request);
    const auto way = all.chance.span(1, 60);
    all.time.after(one->request.timeout, [this, alive = alive_, one] {
        if (!one->over && !alive.expired()) {
            give_up(one);
        }
    });
    const auto problem =
        fate.kind == not_connected ? host::request_sent::no : host::request_sent::maybe;
    if (fate.kind == not_connected || fate.kind == request_lost) {
        all.time.after(way, [alive = alive_, one, problem] {
            if (!alive.expired()) {
                end(one, failed(host::transport::reset, problem, one->sent_at));
            }
        });
        return;
    }
    // What is on its way reaches the provider, whatever becomes of its host.
    auto kept = std::make_shared<simulated_http>(around_, host_, time_, alive_);
    all.time.after(way, [kept, one, fate] { kept->be_served(one, fate); });
    if (fate.kind == delivered_twice) {
        all.time.after(way + all.chance.span(1, 2'000), [kept, one, fate] {
            kept->be_served(one, fate);
        });
    }
}

void simulated_http::be_served(const std::shared_ptr<flight>& one, const mishap& fate) {
    auto& all = around_.all;
    const auto asked = sim::to_stage(one->request);
    sim::stage_answer answer;
    if (is_served(fate.kind)) {
        answer = around_.providers.stage_of(one->request.url).handle(asked, all.time.now());
        if (one->call) {
            around_.tokens.served(*one->call, answer.response);
        } else if (asked.path == "/revoke") {
            around_.tokens.revoked(
                house::name_of(one->request.url), sim::parameters(asked.body).get("token")
            );
        }
    } else {
        answer = plain_status(fate.kind == too_many_requests ? 429 : 503);
    }
    const bool spoilt = fate.kind == broken_after_serving || fate.kind == html;
    if (spoilt) {
        answer = fate.kind == html ? page() : plain_status(500);
    }
    if (one->call && (spoilt || fate.kind == answer_lost || fate.kind == provider_hangs)) {
        around_.tokens.lost(*one->call, "its answer was lost");
    }
    all.tell(host_, asked.path + " is answered " + std::to_string(answer.response.status));
    all.point(host_);
    if (fate.kind == provider_hangs) {
        return;
    }
    auto come = sim::from_stage(answer, one->sent_at);
    if (fate.kind == answer_lost) {
        come = failed(host::transport::reset, host::request_sent::maybe, one->sent_at);
    }
    const auto way = fate.kind == slow_provider
                         ? milliseconds(fate.amount)
                         : all.chance.span(1, all.calm ? 60 : all.what.slowest_answer_ms);
    auto kept = std::make_shared<simulated_http>(*this);
    all.time.after(way, [kept, one, come] { kept->arrive(one, come); });
}

void simulated_http::arrive(
    const std::shared_ptr<flight>& one, const host::outbound_response& answer
) {
    if (one->over || alive_.expired()) {
        if (one->call) {
            around_.tokens.lost(*one->call, "its answer came too late");
        }
        return;
    }
    if (one->call && answer.outcome == host::transport::ok && answer.status == 200) {
        around_.tokens.arrived(*one->call);
    }
    end(one, answer);
    around_.all.point(host_);
}

void simulated_http::give_up(const std::shared_ptr<flight>& one) {
    if (one->call) {
        around_.tokens.lost(*one->call, "its host waited in vain");
    }
    end(one, failed(host::transport::timeout, host::request_sent::yes, one->sent_at));
}

void simulated_http::end(const std::shared_ptr<flight>& one, host::outbound_response answer) {
    if (one->over) {
        return;
    }
    one->over = true;
    one->answer = std::move(answer);
    if (const auto waiting = one->done.lock()) {
        waiting->ring();
    }
}

}  // namespace tenon::simulation
