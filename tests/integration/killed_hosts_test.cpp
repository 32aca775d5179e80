// Several hosts on one database that are killed again and again, and a provider whose refresh
// tokens are good for one use.
#include "integration/fleet.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <random>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;

#ifdef TENON_SANITIZED
constexpr auto turmoil = 15s;
#else
constexpr auto turmoil = 60s;
#endif

}  // namespace

TEST_CASE("hosts that are killed every second revoke no family and answer no wrong token") {
    const std::size_t size = GENERATE(2U, 5U);
    fleet all(size, full);
    all.connect_everybody();
    all.slow_down_provider(full.accounts, 2);  // no host lives long enough for those
    all.let_all_be_due();
    {
        readers busy(all);
        std::mt19937 random(2'026);
        const auto until = std::chrono::steady_clock::now() + turmoil;
        while (std::chrono::steady_clock::now() < until) {
            const auto which = random() % all.size();
            all.host(which).kill();
            std::this_thread::sleep_for(1s);
            all.host(which).start();
            busy.moved(which, all.host(which).url());
        }
        busy.stop();
        CHECK(busy.wrong == 0);
        CHECK(busy.right > 100);
    }
    // What the killed were at is taken up when their leases have ended.
    const auto patience = std::chrono::steady_clock::now() + 120s;
    while (all.forgotten() + all.under_way() > 0 && std::chrono::steady_clock::now() < patience) {
        std::this_thread::sleep_for(200ms);
    }
    CHECK(all.forgotten() == 0);
    CHECK(all.under_way() == 0);
    // Who was killed just before it sent its refresh leaves one that may have been sent.
    const auto asked = static_cast<std::int64_t>(all.count().refreshes);
    const auto cut_off = all.cut_off();
    CHECK(asked <= full.accounts);
    CHECK(asked + cut_off >= full.accounts);
    WARN(size << " hosts: " << asked << " refreshes, " << cut_off << " cut off");
    token_judge judge(all);
    CHECK(std::ranges::all_of(all.targets(), [&](const auto& one) {
        return judge.reads_well(all.host(0).url(), one);
    }));
    all.check_refresh_tokens();
}

}  // namespace tenon::test
