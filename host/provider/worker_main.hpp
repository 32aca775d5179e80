// What a worker does with its life: `tenon plugin-worker`.
#pragma once

namespace tenon::host {

// Confines this process, loads the plugin that it was given as a descriptor, and serves its
// operations, one message at a time, until the host closes the socket. To be called before anything
// else in main(): what is returned is the exit code.
[[nodiscard]] auto run_plugin_worker() -> int;

}  // namespace tenon::host
