// The system calls that a worker may make: few while its plugin is loaded, fewer afterwards. For
// the worker's process only.
#pragma once

#include "base/result.hpp"

#include <memory>

namespace tenon::host {

// A call that is not allowed is not carried out: the worker names it to its host and ends. The one
// exception is the dynamic loader's opening of the worker's own image, which is answered with a
// duplicate of its descriptor: no path is ever opened.
class worker_filter {
  public:
    // Makes both stages. Error: internal, where the system has no seccomp.
    [[nodiscard]] static auto make() -> result<worker_filter>;
    worker_filter(worker_filter&&) noexcept;
    auto operator=(worker_filter&&) -> worker_filter& = delete;
    ~worker_filter();

    // From here on: what loading takes. Once, before the plugin's first instruction.
    [[nodiscard]] auto enter_loading() -> result<void>;
    // From here on: memory that can't be executed, and messages.
    [[nodiscard]] auto enter_serving() -> result<void>;

  private:
    struct stages;
    explicit worker_filter(std::unique_ptr<stages> both);
    std::unique_ptr<stages> stages_;
};

}  // namespace tenon::host
