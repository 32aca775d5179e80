#include "benches.hpp"
#include "load.hpp"

#include <stdexcept>
#include <vector>

namespace tenon::bench {

namespace {

// Connect, and the callback that a browser would make of it; a flow counts when it ended as
// connected.
class flows final : public load_source {
  public:
    explicit flows(std::size_t connections) : states_(connections) {}

    auto next(std::size_t connection, std::string& out) -> bool override {
        const auto& state = states_[connection];
        if (!state.empty()) {
            out = "GET /api/integrations/callback/demo?code=any&state=" + state +
                  " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
            return true;
        }
        const std::string body = R"({"redirectUrl":"http://127.0.0.1:9/done"})";
        out =
            "POST /api/integrations/connect/demo HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Authorization: Bearer " +
            std::string(bench_key) + "\r\nX-Tenon-User: flow-" + std::to_string(users_++) +
            "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n\r\n" + body;
        return true;
    }

    auto got(std::size_t connection, const reply& answer) -> bool override {
        auto& state = states_[connection];
        if (!state.empty()) {
            const bool connected = answer.header.find("status=connected") != std::string_view::npos;
            if (answer.status != 303 || !connected) {
                throw std::runtime_error("callback: " + std::string(answer.header));
            }
            state.clear();
            return true;
        }
        constexpr std::string_view name = R"("state":")";
        const auto at = answer.body.find(name);
        if (answer.status != 200 || at == std::string_view::npos) {
            throw std::runtime_error("connect: " + std::string(answer.body.substr(0, 300)));
        }
        const auto begin = at + name.size();
        state = answer.body.substr(begin, answer.body.find('"', begin) - begin);
        return false;
    }

  private:
    std::vector<std::string> states_;
    std::size_t users_ = 0;
};

}  // namespace

void measure_flows(report& to, const programs& where) {
    const auto database = fresh_database("bench_flows");
    const peer_process provider(where, 1, 0, 1);
    host_stage stage(where, database, provider.url());
    stage.start();
    load_plan plan;
    plan.port = stage.port();
    flows all(plan.connections);
    const auto done = run_load(plan, all);
    stage.stop();
    const auto transactions = pgbench("bench_flows", "-N");
    to.add(
        {"connect and callback against pgbench -N", done.per_second / transactions, 0.2,
         better::more, "flows a transaction",
         rounded(done.per_second) + " flows/s; pgbench " + rounded(transactions) + "/s"}
    );
}

}  // namespace tenon::bench
