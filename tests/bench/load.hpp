// A load generator: keep-alive connections over epoll, on one thread of its own processor.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::bench {

struct reply {
    int status = 0;
    std::string_view header;
    std::string_view body;
    std::size_t bytes = 0;  // header and body
};

// What is asked, and what is made of the answers. Called on the generator's thread.
class load_source {
  public:
    load_source() = default;
    virtual ~load_source() = default;
    load_source(const load_source&) = delete;
    auto operator=(const load_source&) -> load_source& = delete;

    // Writes the connection's next request, whole, into `out` (empty before). False: it is done.
    virtual auto next(std::size_t connection, std::string& out) -> bool = 0;
    // The answer to it. Whether it counts: one of several steps may not.
    virtual auto got(std::size_t connection, const reply& answer) -> bool = 0;
};

struct load_plan {
    std::uint16_t port = 0;
    std::size_t connections = 32;
    std::chrono::milliseconds warm_up{1'000};
    std::chrono::milliseconds measured{4'000};
};

struct load_result {
    double per_second = 0;  // of what counts
    double p50_us = 0;
    double p99_us = 0;
    std::size_t counted = 0;
    std::size_t typical_bytes = 0;  // of an answer
};

// Runs until the time is over, or until no connection has a next request. Throws std::runtime_error
// if a connection is refused or cut.
[[nodiscard]] auto run_load(const load_plan& plan, load_source& source) -> load_result;

// These requests one after the other, whose answers must have this status; again and again, or
// once.
class requests_in_turn final : public load_source {
  public:
    enum class times { again_and_again, once };

    requests_in_turn(
        std::vector<std::string> requests, int status, times how = times::again_and_again
    )
        : requests_(std::move(requests)), status_(status), how_(how) {}
    auto next(std::size_t connection, std::string& out) -> bool override;
    auto got(std::size_t connection, const reply& answer) -> bool override;

  private:
    std::vector<std::string> requests_;
    int status_;
    times how_;
    std::size_t asked_ = 0;
};

// Processors: the last one is the generator's, all others everyone else's. With one processor, all
// share it.
[[nodiscard]] auto processors() -> unsigned;
// Those that the calling thread may use, and the servers that it starts: a thread each.
[[nodiscard]] auto server_threads() -> unsigned;
void pin_to_servers();
void pin_to_generator();

// While it lives, nobody has a processor apart, PostgreSQL neither: of what is measured without the
// generator.
class everywhere {
  public:
    everywhere();
    ~everywhere();
    everywhere(const everywhere&) = delete;
    auto operator=(const everywhere&) -> everywhere& = delete;

  private:
    pid_t postgres_;
};

}  // namespace tenon::bench
