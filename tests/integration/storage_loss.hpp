// What becomes of the database of a world, while its host goes on; and what clients see meanwhile.
#pragma once

#include "integration/world.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tenon::test {

enum class misfortune {
    postgres_stopped,    // as by its machine's end; and started
    postgres_silent,     // it says nothing more and ends no connection; and goes on
    postgres_read_only,  // as a standby that clients were sent to
    postgres_full,       // no room on the file system of its data: what grows a file is answered
                         // disk_full
    sqlite_full,         // no room on its file system
    sqlite_locked,       // another process is in a transaction that writes
};
[[nodiscard]] auto name_of(misfortune which) -> std::string;
[[nodiscard]] auto engine_of(misfortune which) -> engine;

// 503 STORAGE_UNAVAILABLE, with Retry-After and the same in the body.
[[nodiscard]] auto is_put_off(const http_response& answer) -> bool;

// Lasts as long as this. Not two at once on one world.
class befallen {
  public:
    // Makes ready what is needed on the way; nothing befalls it yet.
    befallen(world& here, misfortune which);
    ~befallen();
    befallen(const befallen&) = delete;
    auto operator=(const befallen&) -> befallen& = delete;

    void begin();
    void end();

  private:
    world& here_;
    misfortune which_;
    std::function<void()> undo_;
};

// One kind of call, as clients saw it.
struct tally {
    int done = 0;
    int put_off = 0;  // see is_put_off
};

// Three kinds of clients, a thread each a connection, until it goes: one reads the token, one
// renews it, one begins connects.
class load {
  public:
    enum kind { reading, renewing, connecting };

    load(world& here, const std::vector<std::string>& connections);

    [[nodiscard]] auto seen(kind of) -> tally;
    // Answers that are neither, as text: none is expected.
    [[nodiscard]] auto strange() -> std::string;
    // Where the browser was to go, of the last connect that was begun. Empty: none.
    [[nodiscard]] auto last_begun() -> std::string;

  private:
    void work(const std::stop_token& stop, kind what, const std::string& connection);
    void note(kind what, const http_response& answer);

    world& here_;
    std::mutex guard_;
    std::map<kind, tally> seen_;
    std::map<std::string, int> strange_;
    std::string last_begun_;
    std::vector<std::jthread> workers_;
};

}  // namespace tenon::test
