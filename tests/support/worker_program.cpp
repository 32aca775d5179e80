// A worker's program without a host around it: what unit tests start.
#include "provider/worker_main.hpp"

auto main() -> int {
    return tenon::host::run_plugin_worker();
}
