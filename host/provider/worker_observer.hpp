// What becomes of workers, for metrics and the health report.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::host {

// Called from any thread; must not block.
class worker_observer {
  public:
    virtual ~worker_observer() = default;
    // `plugin`: the file's name, without its ending.
    virtual void worker_started(std::string_view plugin) = 0;
    // `reason`: `crashed`, `hung`, `forbidden`, `garbled`, `not_started`.
    virtual void worker_lost(std::string_view plugin, std::string_view reason) = 0;
};

// One plugin's workers.
struct worker_report {
    std::string plugin;  // the file's name, without its ending
    std::uint64_t started = 0;
    std::uint64_t lost = 0;  // by no doing of the host's
    std::string last_loss;   // in words; empty: none
    bool resting = false;    // lost too often of late: not started again yet
};

}  // namespace tenon::host
