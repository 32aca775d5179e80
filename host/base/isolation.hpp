// Where a plugin's code runs.
#pragma once

namespace tenon::host {

enum class isolation {
    process,               // in the host's own
    worker,                // in a confined process, which all operations share
    worker_per_operation,  // each operation in a confined process of its own
};

}  // namespace tenon::host
