#include "provider/worker_dialogue.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <thread>

namespace tenon::host {

using namespace std::chrono_literals;

void worker_dialogue::lose(loss_reason why, std::string detail) {
    if (!lost_) {
        lost_ = worker_loss{why, std::move(detail), true, {}};
    }
    process_.kill();
}

// It closed its socket: a moment later its end can be read.
void worker_dialogue::lose_to_end() {
    auto ended = process_.ended();
    for (int i = 0; !ended && i < 100; ++i) {
        std::this_thread::sleep_for(1ms);
        ended = process_.ended();
    }
    lose(loss_reason::crashed, ended.value_or("it closed its socket"));
}

auto worker_dialogue::wait_for(short events, std::chrono::steady_clock::time_point until) -> bool {
    pollfd one{process_.socket(), events, 0};
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
        const int ready = left.count() <= 0 ? 0 : ::poll(&one, 1, static_cast<int>(left.count()));
        if (ready > 0 || (ready < 0 && errno != EINTR) || left.count() <= 0) {
            return ready > 0;
        }
    }
}

void worker_dialogue::send(std::string_view frame) {
    const auto until = std::chrono::steady_clock::now() + 2s;
    while (!frame.empty() && !lost_) {
        const auto sent =
            ::send(process_.socket(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        frame.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
        if (!frame.empty() && (errno != EAGAIN || !wait_for(POLLOUT, until))) {
            return;  // what is read next says why
        }
    }
}

auto worker_dialogue::receive(milliseconds deadline) -> std::optional<std::string> {
    auto until = std::chrono::steady_clock::now() + deadline;
    const auto used = process_.processor_time();
    bool patient = true;
    while (!lost_) {
        if (auto frame = frames_.next()) {
            return frame;
        }
        if (frames_.broken()) {
            lose(loss_reason::garbled, "a message of more than 24 MiB");
        } else if (wait_for(POLLIN, until)) {
            read_some();
        } else if (patient && process_.processor_time() - used < deadline / 2) {
            until += 4 * deadline;  // it was not given the time: the machine is busy with others
            patient = false;
        } else {
            lose(
                greeted_ ? loss_reason::hung : loss_reason::not_started,
                std::to_string(deadline.count()) + " ms"
            );
        }
    }
    return std::nullopt;
}

void worker_dialogue::read_some() {
    std::array<char, 16UL * 1024> into{};
    const auto got = ::recv(process_.socket(), into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) {
        frames_.append({into.data(), static_cast<std::size_t>(got)});
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        lose_to_end();
    }
}

auto worker_dialogue::greet(milliseconds deadline) -> result<worker_greeting> {
    const auto frame = receive(deadline);
    if (frame && !forbidden(*frame)) {
        greeted_ = true;
        return read_greeting(*frame);
    }
    return fail(errc::invalid_request, failure_of(*lost_).failure.message);
}

auto worker_dialogue::ask(std::string_view frame, milliseconds deadline) -> worker_reply {
    send(frame);
    auto answer = receive(deadline);
    if (answer && !forbidden(*answer)) {
        return std::move(*answer);
    }
    return *lost_;
}

auto worker_dialogue::forbidden(std::string_view frame) -> bool {
    wire_reader from(frame);
    if (answer_of(from) != worker_answer::forbidden) {
        return false;
    }
    lose(loss_reason::forbidden, call_name(from.number()));
    return true;
}

}  // namespace tenon::host
