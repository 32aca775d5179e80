// Puts a simulated provider on a stage: misbehaviour on demand, a clock that can be moved, and the
// control interface.
#pragma once

#include "support/simulator/simulator.hpp"

#include <chrono>
#include <deque>
#include <mutex>

namespace tenon::sim {

enum class fault_kind {
    delay,     // the request is served at once, the answer comes delay_ms later
    status,    // `status`, perhaps with Retry-After; the request is not served, unless `served`
    html_200,  // served, but the answer is a page with status 200
    truncated_json,     // served, but the body is cut in half; its length says so
    reset_before_read,  // TCP reset once the head is there: not served
    reset_after_read,   // served, then TCP reset without a byte of answer
    close_mid_body,     // served, then the connection ends in the middle of the body
    wrong_iss           // a redirect's `iss` names another issuer
};

struct fault {
    std::string path;  // the beginning of the path that it strikes
    fault_kind kind = fault_kind::delay;
    std::int64_t times = 1;
    std::int64_t delay_ms = 0;
    std::uint32_t status = 503;
    std::int64_t retry_after_s = 0;  // 0: no such header
    bool served = false;
};

enum class ending { whole, reset, mid_body };

// What the server is to do with a request.
struct stage_answer {
    sim_response response;
    std::chrono::milliseconds delay{0};
    ending end = ending::whole;
};

// What was asked and what the provider answered, before any fault spoilt it.
struct scene {
    sim_request request;
    sim_response response;
};

// Any thread.
class stage {
  public:
    explicit stage(std::unique_ptr<simulator> actor);

    // `now` is the real time; advance() moves what the provider sees.
    auto handle(const sim_request& request, time_point now) -> stage_answer;
    // Is a request to that path to be reset before its body is read? Takes the fault.
    auto takes_reset(const std::string& path) -> bool;

    void inject(fault struck);
    void advance(std::chrono::milliseconds by);
    void reset();  // tokens, codes, counters and faults; not the clock, not the settings
    // What is wrong with the settings, or "".
    auto configure(const nlohmann::json& values) -> std::string;
    [[nodiscard]] auto configuration() -> nlohmann::json;
    [[nodiscard]] auto count() -> counters;
    [[nodiscard]] auto requests() -> std::map<std::string, std::uint64_t>;  // by path
    // From now on every request is kept, with its answer.
    void record();
    [[nodiscard]] auto recorded() -> std::vector<scene>;
    // Token answers of fresh grants for accounts u<first> … : see simulator::mint.
    auto mint(std::int64_t first, std::int64_t count, time_point now) -> nlohmann::json;

  private:
    // `/_control/…`: fault (POST, DELETE), clock, config, counters, reset, mint. See the README.
    auto control(const sim_request& request, time_point now) -> sim_response;
    auto control_post(const std::string& what, const nlohmann::json& body, time_point now)
        -> sim_response;
    auto mint_locked(std::int64_t first, std::int64_t count, time_point now) -> nlohmann::json;
    auto take_fault(const std::string& path, bool before_read) -> std::optional<fault>;

    std::mutex mutex_;
    std::unique_ptr<simulator> actor_;
    std::deque<fault> faults_;
    std::map<std::string, std::uint64_t> requests_;
    std::chrono::milliseconds shift_{0};
    bool recording_ = false;
    std::vector<scene> recorded_;
};

// `{"path": "/token", "kind": "status", …}`; nothing where the kind is unknown.
[[nodiscard]] auto fault_from_json(const nlohmann::json& text) -> std::optional<fault>;

}  // namespace tenon::sim
