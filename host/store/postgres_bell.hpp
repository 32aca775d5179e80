// How hosts on one PostgreSQL wake each other: LISTEN and NOTIFY. Only postgres_engine uses this.
#pragma once

#include "store/database.hpp"
#include "store/postgres_link.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace tenon::host {

// A connection of its own, with a thread of its own, outside of all transactions: a NOTIFY within
// one makes commits wait for each other. It says only that there is something to read in the change
// table, and may be late or lost: what was changed is known by reading, never by hearing.
class postgres_bell {
  public:
    // `heard`: called on the bell's thread when another host has rung, and when it may have without
    // being heard, for the connection was away. At most once in `breath`; must not block.
    // `watch` outlives it.
    postgres_bell(
        std::string url, const database_options& options, postgres_watch& watch,
        std::function<void()> heard
    );
    // Waits for a connect, or a NOTIFY, that is on its way.
    ~postgres_bell();
    postgres_bell(const postgres_bell&) = delete;
    auto operator=(const postgres_bell&) -> postgres_bell& = delete;

    // Tells the other hosts, soon: however often it is called within a breath, once. After the
    // commit. Any thread; never blocks, and never fails: who does not hear it reads later.
    void ring() noexcept;

    static constexpr milliseconds breath{20};

  private:
    void run();
    // Until the connection ends (postgres_lost, storage_failure), or all of it.
    void attend();
    void pass_on(postgres_link& link);
    // Returns when something may have happened.
    void wait_at(int socket) const;
    void rest();
    void tell_away(const char* why);
    void interrupt() const noexcept;

    std::string url_;
    const database_options& options_;
    postgres_watch& watch_;
    std::function<void()> heard_;
    int wake_;           // an eventfd
    bool away_ = false;  // the thread's own, both
    bool owes_ = false;  // what was rung may not have got through
    std::atomic<bool> rung_{false};
    std::atomic<bool> stopping_{false};
    std::mutex guard_;
    std::condition_variable stop_;
    std::thread thread_;
};

}  // namespace tenon::host
