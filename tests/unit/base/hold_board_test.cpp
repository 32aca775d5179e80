#include "base/hold_board.hpp"

#include "support/catch.hpp"
#include "support/in_common.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using host::milliseconds;

class set_clock final : public host::clock {
  public:
    [[nodiscard]] auto now() const noexcept -> host::time_point override { return at; }
    host::time_point at{1'000'000'000ms};
};

struct board_case {
    board_case() {
        board.hear("client", [this](std::string_view name, milliseconds span) {
            heard.emplace_back(name, span);
        });
    }
    void exchange() {
        boost::asio::io_context io;
        boost::asio::co_spawn(io, board.exchange(others), boost::asio::detached);
        io.run();
    }

    set_clock time;
    in_common others;
    host::hold_board board{time};
    std::vector<std::pair<std::string, milliseconds>> heard;
};

using calls = std::vector<std::pair<std::string, milliseconds>>;

}  // namespace

TEST_CASE("what another host found is heard once, with what is left, and again if it gets longer") {
    board_case with;
    with.others.holds = {{"client slack", 30s}, {"circuit https://a.example:443", 5s}};
    with.exchange();
    CHECK(with.heard == calls{{"slack", 30s}});
    with.time.at += 10s;
    with.others.holds = {{"client slack", 20'100ms}};
    with.exchange();
    CHECK(with.heard.size() == 1);
    with.others.holds = {{"client slack", 40s}};
    with.exchange();
    CHECK(with.heard == calls{{"slack", 30s}, {"slack", 40s}});
}

TEST_CASE("the end of a hold is heard once, and a new one after it") {
    board_case with;
    with.others.holds = {{"client slack", 0ms}};
    with.exchange();
    CHECK(with.heard.empty());  // nobody here knew of it
    with.others.holds = {{"client google", 30s}};
    with.exchange();
    with.others.holds = {{"client google", 0ms}};
    with.exchange();
    with.exchange();
    CHECK(with.heard == calls{{"google", 30s}, {"google", 0ms}});
    with.others.holds = {{"client google", 5s}};
    with.exchange();
    CHECK(with.heard.back() == std::pair(std::string("google"), milliseconds(5s)));
}

TEST_CASE("the end of a hold is heard also behind its time, for those who wait for a trial") {
    board_case with;
    with.others.holds = {{"client slack", 10s}};
    with.exchange();
    with.time.at += 11s;
    with.others.holds.clear();
    with.exchange();
    with.others.holds = {{"client slack", 0ms}};
    with.exchange();
    CHECK(with.heard == calls{{"slack", 10s}, {"slack", 0ms}});
    with.time.at += 1s;
    with.others.holds = {{"client slack", 10s}};  // as long as the first one, but anew
    with.exchange();
    CHECK(with.heard.size() == 3);
}

TEST_CASE("a hold of this host's is told once, with what is left, and not heard back") {
    board_case with;
    with.board.post("client", "slack", 30s);
    with.time.at += 1s;
    with.others.holds = {{"client slack", 29s}};
    with.exchange();
    with.exchange();
    REQUIRE(with.others.told.size() == 1);
    CHECK(with.others.told[0].name == "client slack");
    CHECK(with.others.told[0].span == 29s);
    with.board.post("client", "slack", 0ms);
    with.others.holds = {{"client slack", 0ms}};
    with.exchange();
    REQUIRE(with.others.told.size() == 2);
    CHECK(with.others.told[1].span == 0ms);
    CHECK(with.heard.empty());
}

TEST_CASE("what could not be told is told when it can be, while it lasts") {
    board_case with;
    with.others.there = false;
    with.board.post("client", "slack", 30s);
    with.board.post("client", "google", 2s);
    with.exchange();
    with.time.at += 10s;
    with.exchange();
    with.board.post("client", "slack", 60s);
    with.others.there = true;
    with.exchange();
    REQUIRE(with.others.told.size() == 1);
    CHECK(with.others.told[0].name == "client slack");
    CHECK(with.others.told[0].span == 60s);
}

TEST_CASE("a memory that was lost ends no hold") {
    board_case with;
    with.others.holds = {{"client slack", 30s}};
    with.exchange();
    with.others.holds.clear();
    with.exchange();
    CHECK(with.heard == calls{{"slack", 30s}});
}

}  // namespace tenon::test
