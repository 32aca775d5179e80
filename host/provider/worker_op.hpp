// One operation of a plugin's that runs in a worker.
#pragma once

#include "provider/plugin_worker.hpp"

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

namespace tenon::host {

// Operations are deterministic: one whose worker was lost is repeated in the next one, from what it
// was told so far, and does not notice. Only one that was itself under way then ends, with what its
// plugin did to the worker; if there is a reply at stake it is given a second chance first, in a
// worker of its own, for a neighbour may have done it.
class worker_op {
  public:
    worker_op(std::shared_ptr<plugin_worker> plugin, std::size_t provider);
    ~worker_op();
    worker_op(const worker_op&) = delete;
    auto operator=(const worker_op&) -> worker_op& = delete;

    // What is given is encoded at once; this outlives what is answered. As plugin_op, and a
    // fail_action where the worker is lost for good.
    [[nodiscard]] auto begin(const op_input& input) -> boost::asio::awaitable<any_action>;
    [[nodiscard]] auto step(const tenon_reply& reply) -> boost::asio::awaitable<any_action>;

  private:
    auto carry_on() -> boost::asio::awaitable<any_action>;
    auto find_worker() -> std::optional<worker_loss>;
    auto may_repeat(const worker_loss& loss) -> bool;

    std::shared_ptr<plugin_worker> plugin_;
    std::size_t provider_;
    std::uint64_t op_;
    operation_kind kind_ = operation_kind::profile;
    std::shared_ptr<worker_link> link_;
    std::vector<std::string> told_;  // every frame so far
    std::size_t answered_ = 0;       // of them, by this worker
    int repeats_ = 0;
    bool alone_ = false;
};

}  // namespace tenon::host
