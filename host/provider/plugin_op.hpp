// One operation of a plugin's, in flight: begun once, stepped, and destroyed in every case.
#pragma once

#include "provider/abi_reader.hpp"
#include "provider/action.hpp"

#include <string>
#include <vector>

struct tenon_provider;
struct tenon_op;
struct tenon_reply;

namespace tenon::host {

// What op_begin is given. Borrowed by the plugin for the call only.
struct op_input {
    operation_kind kind = operation_kind::profile;
    time_point now{};
    const std::vector<key_value>& config;
    const std::vector<key_value>& params;
    const std::vector<key_value>& connect;
    std::string_view slot;
};

// Not for two threads at once. The library outlives it.
class plugin_op {
  public:
    explicit plugin_op(const tenon_provider* provider);
    ~plugin_op();
    plugin_op(const plugin_op&) = delete;
    auto operator=(const plugin_op&) -> plugin_op& = delete;

    // broken_action where the call's status is not OK, or what came of it breaks the contract.
    [[nodiscard]] auto begin(const op_input& input) -> any_action;
    [[nodiscard]] auto step(const tenon_reply& reply) -> any_action;

  private:
    const tenon_provider* provider_;
    tenon_op* op_ = nullptr;
    operation_kind kind_ = operation_kind::profile;
};

}  // namespace tenon::host
