// What hosts share, in this process: answers at once, as a test says.
#pragma once

#include "base/shared_limits.hpp"

#include <map>
#include <string>
#include <vector>

namespace tenon::test {

class in_common final : public host::shared_limits {
  public:
    auto slide(std::string subject, host::rate /*limit*/)
        -> boost::asio::awaitable<host::result<host::milliseconds>> override {
        asked.push_back(subject);
        if (!there) {
            co_return gone();
        }
        co_return wait;
    }
    auto spend(std::vector<host::spending> all)
        -> boost::asio::awaitable<host::result<std::vector<std::chrono::microseconds>>> override {
        if (!there) {
            co_return gone();
        }
        std::vector<std::chrono::microseconds> full(all.size(), fill);
        spent.insert(spent.end(), all.begin(), all.end());
        co_return full;
    }
    auto tell(std::vector<host::hold> news)
        -> boost::asio::awaitable<host::result<std::vector<host::hold>>> override {
        if (!there) {
            co_return gone();
        }
        told.insert(told.end(), news.begin(), news.end());
        co_return holds;
    }
    [[nodiscard]] auto reachable() const noexcept -> bool override { return there; }

    bool there = true;
    host::milliseconds wait{0};         // what slide() answers
    std::chrono::microseconds fill{0};  // what spend() answers of each
    std::vector<host::hold> holds;      // what tell() answers
    std::vector<std::string> asked;     // by slide()
    std::vector<host::spending> spent;
    std::vector<host::hold> told;

  private:
    static auto gone() -> host::error { return fail(host::errc::storage_unavailable, "gone"); }
};

}  // namespace tenon::test
