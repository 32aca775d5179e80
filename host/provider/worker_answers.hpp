// What a worker tells the host. Whatever comes is foreign: the reader takes any bytes, and what it
// makes of them is judged like what a plugin hands out in memory.
#pragma once

#include "provider/action.hpp"
#include "provider/library.hpp"
#include "provider/wire_descriptor.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tenon::host {

// As the first number of a frame.
enum class worker_answer : std::uint32_t {
    greeting = 1,   // the plugin is loaded, and serves these
    refusal = 2,    // it can't be loaded
    action = 3,     // what an operation wants next
    forbidden = 4,  // a system call was tried that plugins may not make: the worker ends
};

[[nodiscard]] auto greeting_frame(const plugin_library& library) -> std::string;
[[nodiscard]] auto refusal_frame(const std::string& why) -> std::string;
// The action's description must still be there: it is copied.
[[nodiscard]] auto action_frame(std::uint64_t op, const any_action& action) -> std::string;

struct worker_greeting {
    std::vector<plugin_provider> providers;  // without `raw`; the place of each is its number
    std::vector<std::string> refused;
};
// Error: invalid_request; the message is the worker's where it refuses.
[[nodiscard]] auto read_greeting(std::string_view content) -> result<worker_greeting>;

// A system call's name, by its number here.
[[nodiscard]] auto call_name(std::uint64_t number) -> std::string;

[[nodiscard]] auto answer_of(wire_reader& from) -> worker_answer;

// An action's frame, judged. Not to be copied or moved: a description points into it.
class action_message {
  public:
    // Content that is no action of operation `op` is a broken_action.
    action_message(std::string content, std::uint64_t op, operation_kind kind);
    action_message(const action_message&) = delete;
    auto operator=(const action_message&) -> action_message& = delete;

    // Good as long as this lives.
    [[nodiscard]] auto action() -> any_action& { return action_; }

  private:
    void read(wire_reader& from);
    void read_request(wire_reader& from, tenon_http_request& to);
    void read_result(wire_reader& from);
    void read_error(wire_reader& from);

    std::string content_;
    tenon_action abi_{};
    tenon_http_request http_{};
    tenon_call call_{};
    tenon_result result_{};
    tenon_error error_{};
    wire_array<tenon_grant> grants_;
    std::unique_ptr<wire_descriptor> description_;
    wire_lists lists_;
    any_action action_;
};

}  // namespace tenon::host
