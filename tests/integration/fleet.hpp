// Several hosts on one database, each a process of its own with a directory of its own, and
// readers of all of them. The provider's refresh tokens are good for one use.
#pragma once

#include "integration/world.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace tenon::test {

// Of the provider, and of its answers to refreshes where they are slow.
struct fleet_measure {
    int accounts = 0;
    int shared = 0;  // of these: two users'
    std::chrono::milliseconds provider_takes{0};
    std::chrono::seconds operation{0};  // how long the hosts let one take
};

#ifdef TENON_SANITIZED  // connects and starts take several times as long
inline constexpr fleet_measure full{20, 10, std::chrono::seconds(4), std::chrono::seconds(8)};
#else
inline constexpr fleet_measure full{400, 100, std::chrono::seconds(12), std::chrono::seconds(16)};
#endif

struct read_target {
    std::string user, account, connection;
};

class fleet {
  public:
    fleet(std::size_t size, const fleet_measure& measure);

    // Each account, or so many of them.
    void connect_everybody();
    void connect(int count);
    // Of so many refreshes each, or one of so many.
    void slow_down_provider(int refreshes, int one_of = 1);
    void let_all_be_due();

    // Grants that were not renewed since all were due, and of which nothing says why.
    [[nodiscard]] auto forgotten() -> std::int64_t;
    // Grants whose last refresh was cut off: nobody knows whether it was carried out.
    [[nodiscard]] auto cut_off() -> std::int64_t;
    // Refreshes that were begun, and neither ended nor given up.
    [[nodiscard]] auto under_way() -> std::int64_t;
    // Of each target; -1 where no token is answered.
    [[nodiscard]] auto generations() -> std::vector<std::int64_t>;
    // What is stored beside each token is the provider's present refresh token: it renews it, and
    // none was ever shown twice. But of what was cut off nobody knows that.
    void check_refresh_tokens();

    [[nodiscard]] auto read(const std::string& url, const read_target& one) -> http_response;
    // Whether the provider takes it, for that account.
    [[nodiscard]] auto is_live(const std::string& token, const std::string& account) -> bool;

    [[nodiscard]] auto host(std::size_t which) -> host_process&;
    [[nodiscard]] auto size() const -> std::size_t { return others_.size() + 1; }
    [[nodiscard]] auto count() -> sim::counters { return here_.provider().count(); }
    [[nodiscard]] auto targets() const -> const std::vector<read_target>& { return targets_; }
    void change_database(const std::string& statement) { here_.change_database(statement); }

  private:
    // Connections that no refresh of went wrong: by their health, as users are shown it.
    [[nodiscard]] auto sound() -> std::set<std::string>;

    fleet_measure measure_;
    world here_;
    std::vector<std::unique_ptr<host_process>> others_;
    std::vector<read_target> targets_;
};

// What may be answered to who reads: a token that the provider takes, of that account; and none a
// second after another one was answered in its place, whichever host it was. Any thread.
class token_judge {
  public:
    explicit token_judge(fleet& all) : all_(all) {}

    // Throws std::runtime_error where that host answers nothing.
    auto reads_well(const std::string& url, const read_target& one) -> bool;

  private:
    using moment = std::chrono::steady_clock::time_point;
    struct newest_token {
        std::int64_t generation = -1;
        std::string text;
        moment since;
    };
    auto is_right(const read_target& one, const nlohmann::json& told, moment asked) -> bool;

    fleet& all_;
    std::mutex guard_;
    std::map<std::string, newest_token> newest_;  // by account
};

// Readers of all hosts, until it goes.
class readers {
  public:
    explicit readers(fleet& all);
    ~readers() { stop(); }
    readers(const readers&) = delete;
    auto operator=(const readers&) -> readers& = delete;

    // A host that starts again has another port.
    void moved(std::size_t which, std::string url);
    void stop();

    // Answers, as the judge has them.
    std::atomic<int> right{0}, wrong{0};

  private:
    void run(unsigned seed);

    fleet& all_;
    token_judge judge_;
    std::mutex guard_;
    std::vector<std::string> urls_;
    std::atomic<bool> going_{true};
    std::vector<std::jthread> threads_;
};

}  // namespace tenon::test
