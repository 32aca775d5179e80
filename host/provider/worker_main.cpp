#include "provider/worker_main.hpp"

#include "provider/worker_answers.hpp"
#include "provider/worker_calls.hpp"
#include "provider/worker_confinement.hpp"
#include "provider/worker_filter.hpp"
#include "provider/worker_process.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <unordered_map>
#include <vector>

namespace tenon::host {
namespace {

// No destructor and no handler at the end: the plugin's would run among them.
[[noreturn]] void leave(worker_exit how) {
    ::_exit(static_cast<int>(how));
}

void send(std::string_view frame) {
    while (!frame.empty()) {
        const auto sent = ::send(worker_socket, frame.data(), frame.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            leave(worker_exit::done);
        }
        frame.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
    }
}

auto receive(frame_buffer& frames, std::vector<char>& into) -> std::string {
    for (;;) {
        if (auto frame = frames.next()) {
            return std::move(*frame);
        }
        const auto got = ::recv(worker_socket, into.data(), into.size(), 0);
        if (got == 0 || (got < 0 && errno != EINTR) || frames.broken()) {
            leave(got == 0 ? worker_exit::done : worker_exit::confused);
        }
        frames.append({into.data(), got < 0 ? 0 : static_cast<std::size_t>(got)});
    }
}

// The operations in flight, by the host's numbers.
class operations {
  public:
    explicit operations(const plugin_library& library) : library_(library) {}

    void serve(std::string_view content) {
        wire_reader from(content);
        const auto call = static_cast<worker_call>(from.number32());
        const auto op = from.number();
        switch (call) {
            case worker_call::begin: return begin(from, op);
            case worker_call::step: return step(from, op);
            case worker_call::end: running_.erase(op); return;
        }
        leave(worker_exit::confused);
    }

  private:
    void begin(wire_reader& from, std::uint64_t op) {
        const auto told = read_begin(from);
        const auto& providers = library_.providers();
        if (!from.at_end() || told.provider >= providers.size()) {
            leave(worker_exit::confused);
        }
        auto& running = running_[op];
        running = std::make_unique<plugin_op>(providers[told.provider].raw);
        send(action_frame(
            op,
            running->begin({told.kind, told.now, told.config, told.params, told.connect, told.slot})
        ));
    }

    void step(wire_reader& from, std::uint64_t op) {
        const step_message told(from);
        const auto running = running_.find(op);
        if (!from.at_end() || running == running_.end()) {
            leave(worker_exit::confused);
        }
        send(action_frame(op, running->second->step(told.reply())));
    }

    const plugin_library& library_;
    std::unordered_map<std::uint64_t, std::unique_ptr<plugin_op>> running_;
};

[[noreturn]] void refuse(const std::string& why) {
    send(refusal_frame(why));
    leave(worker_exit::done);
}

[[noreturn]] void serve_plugin() {
    if (const auto given = give_up_privileges(); given.has_error()) {
        refuse(given.error().message);
    }
    auto filter = worker_filter::make();
    if (filter.has_error()) {
        refuse(filter.error().message);
    }
    // What the loop needs is made now: afterwards there is only memory.
    constexpr std::size_t piece = 64UL * 1024;
    std::vector<char> buffer(piece);
    frame_buffer frames;
    const auto image = plugin_image::adopt(sealed_copy::adopt(worker_image));
    if (const auto entered = filter->enter_loading(); entered.has_error()) {
        refuse(entered.error().message);
    }
    const auto library = plugin_library::load(image);
    if (library.has_error()) {
        refuse(library.error().message);
    }
    if (const auto entered = filter->enter_serving(); entered.has_error()) {
        refuse(entered.error().message);
    }
    send(greeting_frame(**library));
    operations all(**library);
    for (;;) {
        all.serve(receive(frames, buffer));
    }
}

}  // namespace

auto run_plugin_worker() -> int {
    int kind = 0;
    socklen_t size = sizeof kind;
    if (::getsockopt(worker_socket, SOL_SOCKET, SO_TYPE, &kind, &size) != 0 ||
        kind != SOCK_STREAM) {
        std::cerr << "tenon plugin-worker: is started by a host, never by hand\n";
        return static_cast<int>(worker_exit::not_a_worker);
    }
    serve_plugin();
}

}  // namespace tenon::host
