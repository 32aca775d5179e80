// What the host tells a worker. Read on the worker's side, written on the host's.
#pragma once

#include "provider/plugin_op.hpp"
#include "provider/wire_abi.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tenon::host {

// As the first number of a frame.
enum class worker_call : std::uint32_t { begin = 1, step = 2, end = 3 };

// `op` is the host's number of the operation; `provider` counts what the greeting listed.
[[nodiscard]] auto begin_frame(std::uint64_t op, std::size_t provider, const op_input& input)
    -> std::string;
[[nodiscard]] auto step_frame(std::uint64_t op, const tenon_reply& reply) -> std::string;
[[nodiscard]] auto end_frame(std::uint64_t op) -> std::string;

struct begin_message {
    std::size_t provider = 0;
    operation_kind kind = operation_kind::profile;
    time_point now{};
    std::vector<key_value> config, params, connect;
    std::string slot;
};
[[nodiscard]] auto read_begin(wire_reader& from) -> begin_message;

// In the ABI's form, pointing into the message.
class step_message {
  public:
    explicit step_message(wire_reader& from);
    step_message(const step_message&) = delete;
    auto operator=(const step_message&) -> step_message& = delete;
    [[nodiscard]] auto reply() const -> const tenon_reply& { return reply_; }

  private:
    tenon_reply reply_{};
    tenon_http_response http_{};
    wire_lists lists_;
};

}  // namespace tenon::host
