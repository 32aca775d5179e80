// A process that is killed while it commits: everything that it was told is there, is there.
#include "samples.hpp"
#include "store/migrations.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <csignal>
#include <cstdint>
#include <thread>
#include <vector>

namespace tenon::test {

namespace {

constexpr int writer_threads = 4;

// In the child: four threads commit numbers, and say each number once it is committed. No Catch.
[[noreturn]] void commit_for_ever(const std::string& url, int say) {
    auto opened = open_database(url);
    if (!opened) {
        ::_exit(1);
    }
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writer_threads; ++writer) {
        threads.emplace_back([&, writer] {
            for (std::uint32_t number = 0;; ++number) {
                const std::string id = std::to_string(writer) + "-" + std::to_string(number);
                const auto done = (*opened)->with_org_now(
                    org_a, access::write,
                    [&](sql_session& session) -> host::result<void> {
                        (void)upsert_connection(session, sample_connection(id, "user-1", id));
                        return {};
                    }
                );
                const std::array<std::uint32_t, 2> told{static_cast<std::uint32_t>(writer), number};
                if (!done || ::write(say, told.data(), sizeof told) != sizeof told) {
                    ::_exit(2);
                }
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    ::_exit(3);
}

}  // namespace

TEST_CASE("every commit that was acknowledged before kill -9 is there", "[store]") {
    test_database store(sql_engine::sqlite);
    store.close();
    std::vector<std::array<std::uint32_t, 2>> told;
    for (int round = 0; round < 3; ++round) {
        told.clear();
        std::array<int, 2> pipe{};
        REQUIRE(::pipe(pipe.data()) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            ::close(pipe[0]);
            commit_for_ever(store.url(), pipe[1]);
        }
        ::close(pipe[1]);
        std::array<std::uint32_t, 2> one{};
        const std::size_t enough = 60 + static_cast<std::size_t>(round) * 45;
        while (::read(pipe[0], one.data(), sizeof one) == sizeof one) {
            told.push_back(one);
            if (told.size() == enough) {
                ::kill(child, SIGKILL);
            }
        }
        ::close(pipe[0]);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        REQUIRE(told.size() >= enough);
        store.reopen();
        reading(store.db(), [&](sql_session& session) {
            std::size_t missing = 0;
            for (const auto& [writer, number] : told) {
                const connection_id id(std::to_string(writer) + "-" + std::to_string(number));
                missing += find_connection(session, id) ? 0U : 1U;
            }
            CHECK(missing == 0);
            CHECK(run(session, "PRAGMA integrity_check")[0].text(0) == "ok");
        });
        store.close();
    }
}

TEST_CASE("the embedded database waits for the disk, and keeps references whole", "[store]") {
    test_database store(sql_engine::sqlite);
    writing(store.db(), [](sql_session& session) {
        CHECK(run(session, "PRAGMA synchronous")[0].integer(0) == 2);
        CHECK(run(session, "PRAGMA foreign_keys")[0].integer(0) == 1);
        CHECK(run(session, "PRAGMA journal_mode")[0].text(0) == "wal");
    });
}

}  // namespace tenon::test
