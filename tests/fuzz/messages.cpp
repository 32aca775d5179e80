// What a worker sends: an action or a greeting, and what of it the host believes.
#include "fuzz.hpp"
#include "provider/worker_answers.hpp"

#include <string>

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    constexpr std::uint64_t op = 7;
    const auto input = tenon::fuzz::text_of(data, size);
    const auto kind = static_cast<operation_kind>(input.empty() ? 0 : input.front() & 7);
    const std::string content(input.substr(input.empty() ? 0 : 1));
    action_message message(content, op, kind);
    const auto& read = message.action();
    if (const auto* broken = std::get_if<broken_action>(&read)) {
        tenon::fuzz::must(
            broken->what.size() <= content.size() + 1000, "a refusal tells no more than came"
        );
    }
    // What was believed once is believed again. A description is judged elsewhere.
    const auto* done = std::get_if<done_action>(&read);
    if (done == nullptr || done->description == nullptr) {
        constexpr std::size_t prefix = 4;
        action_message again(action_frame(op, read).substr(prefix), op, kind);
        tenon::fuzz::must(
            again.action().index() == read.index(), "an action is sent as it was read"
        );
    }
    const auto greeting = read_greeting(content);
    if (greeting.has_value()) {
        tenon::fuzz::must(!greeting->providers.empty(), "a plugin serves something");
        for (const auto& provider : greeting->providers) {
            tenon::fuzz::must(provider.raw == nullptr, "nothing is called in this process");
            tenon::fuzz::must(!provider.about.id.empty(), "a provider has an id");
        }
    }
    // One frame after another, however its bytes come.
    frame_buffer frames;
    frames.append(content);
    while (auto frame = frames.next()) {
        tenon::fuzz::must(frame->size() <= content.size(), "a frame lies in its bytes");
    }
    return 0;
}
