// Ends connections on which an answer is overdue. Only the PostgreSQL engine's files use this.
#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tenon::host {

// A server that has lost its power, hangs on its disk or was stopped ends no statement, whatever
// its statement_timeout; and libpq waits. So does somebody else, on a thread of its own, who then
// shuts the socket down: whoever waits at it hears that the connection is gone.
class postgres_watch {
    using steady = std::chrono::steady_clock;

  public:
    // One connection, watched while it lives. Used by the connection's one thread.
    class line {
      public:
        // Of an open connection; keeps a descriptor of its own, so that what is shut down is never
        // another's. Throws std::system_error.
        explicit line(int socket);
        ~line();
        line(const line&) = delete;
        auto operator=(const line&) -> line& = delete;

        // The next answer is due in so long. Before it is asked for.
        void expect_within(milliseconds patience) noexcept;
        // It came, or will not. False: the connection was ended for its sake.
        auto settle() noexcept -> bool;
        // Nothing goes through any more.
        void cut() const noexcept;

      private:
        friend class postgres_watch;
        void cut_if_overdue(steady::time_point now) noexcept;

        int socket_;
        std::atomic<steady::rep> due_;
    };

    postgres_watch();
    ~postgres_watch();
    postgres_watch(const postgres_watch&) = delete;
    auto operator=(const postgres_watch&) -> postgres_watch& = delete;

    // Any thread.
    [[nodiscard]] auto watch(int socket) -> std::shared_ptr<line>;

  private:
    void run();

    std::mutex guard_;
    std::condition_variable ending_;
    bool ended_ = false;
    std::vector<std::weak_ptr<line>> lines_;
    std::thread thread_;
};

}  // namespace tenon::host
