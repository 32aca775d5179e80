// How this process runs plugins' workers.
#pragma once

#include "base/clock.hpp"
#include "provider/worker_observer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <string>
#include <vector>

namespace tenon::host {

// What is executed as a worker: it calls run_plugin_worker (worker_main.hpp).
struct worker_program {
    std::string path = "/proc/self/exe";
    std::vector<std::string> arguments{"tenon", "plugin-worker"};
};

struct worker_deadlines {
    milliseconds start{10'000};  // from a start to the greeting
    milliseconds step{2'000};    // of one step, from the moment the worker can turn to it
};

struct worker_setup {
    worker_program program;
    worker_deadlines deadlines;
    // Its loop outlives the registry. Empty: plugins are described, no operation runs in a worker.
    boost::asio::any_io_executor executor;
    worker_observer* observer = nullptr;  // may be null
};

}  // namespace tenon::host
