// Several hosts on one database, and a provider whose refresh tokens are good for one use.
#include "integration/fleet.hpp"
#include "support/catch.hpp"

#include <algorithm>

namespace tenon::test {

using namespace std::chrono_literals;

TEST_CASE("what is due is refreshed once, however many hosts serve and users share it") {
    const std::size_t size = GENERATE(2U, 5U);
    fleet all(size, full);
    all.connect_everybody();
    auto expected = all.generations();
    std::ranges::for_each(expected, [](std::int64_t& one) { ++one; });
    all.slow_down_provider(full.accounts);
    all.let_all_be_due();
    {
        readers busy(all);
        const auto until = std::chrono::steady_clock::now() + 120s;
        while (all.count().refreshes < full.accounts && std::chrono::steady_clock::now() < until) {
            std::this_thread::sleep_for(50ms);
        }
        std::this_thread::sleep_for(full.provider_takes + 2s);
        busy.stop();
        CHECK(busy.wrong == 0);
        CHECK(busy.right > 100);
    }
    CHECK(all.generations() == expected);
    CHECK(all.count().refreshes == full.accounts);
    CHECK(all.cut_off() == 0);
    all.check_refresh_tokens();
}

TEST_CASE("who reads tokens that have ended, at several hosts at once, makes one refresh of each") {
    constexpr int ended = 10;
    const std::size_t size = GENERATE(2U, 5U);
    fleet all(size, full);
    all.connect(ended);
    all.slow_down_provider(ended);
    // Nobody read them yet, and no scheduler is to be faster.
    all.change_database("UPDATE grants SET expires_at = 1, next_refresh_at = NULL");
    std::atomic<int> right{0};
    token_judge judge(all);
    {
        std::vector<std::jthread> readers;
        for (std::size_t host = 0; host < size; ++host) {
            for (const auto& one : all.targets()) {
                readers.emplace_back([&all, &judge, &right, &one, host] {
                    right += judge.reads_well(all.host(host).url(), one) ? 1 : 0;
                });
            }
        }
    }
    CHECK(right == static_cast<int>(size * all.targets().size()));
    CHECK(all.count().refreshes == ended);
    CHECK(all.cut_off() == 0);
    all.check_refresh_tokens();
}

}  // namespace tenon::test
