#include "conformance/confined_load.hpp"

#include "provider/sealed_copy.hpp"
#include "provider/worker_answers.hpp"
#include "provider/worker_confinement.hpp"
#include "provider/worker_main.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace tenon::host::conformance {
namespace {

constexpr int patience_ms = 20'000;

// What this process has of the suite's is put away: its signals' handlers and its descriptors.
[[noreturn]] void become_worker(int socket, int image) {
    for (int one = 1; one < NSIG; ++one) {
        (void)::signal(one, SIG_DFL);
    }
    constexpr int above = 16;
    const int raised_socket = ::fcntl(socket, F_DUPFD, above);
    const int raised_image = ::fcntl(image, F_DUPFD, above);
    ::dup2(raised_socket, worker_socket);
    ::dup2(raised_image, worker_image);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::close(standard);
    }
    ::closefrom(worker_image + 1);
    ::_exit(run_plugin_worker());
}

// All that it says until it has said a first thing, or has ended. Nothing: it took too long.
auto first_word(int socket, frame_buffer& frames) -> std::optional<std::string> {
    std::array<char, 4096> part{};
    for (;;) {
        if (auto frame = frames.next()) {
            return frame;
        }
        pollfd one{socket, POLLIN, 0};
        if (::poll(&one, 1, patience_ms) <= 0) {
            return std::nullopt;
        }
        const auto got = ::recv(socket, part.data(), part.size(), 0);
        if (got <= 0) {
            return std::string();
        }
        frames.append({part.data(), static_cast<std::size_t>(got)});
    }
}

auto in_words(int status) -> std::string {
    return WIFSIGNALED(status)
               ? "loading it ends a worker (SIG" + std::string(sigabbrev_np(WTERMSIG(status))) + ")"
               : "loading it ends a worker (exit code " + std::to_string(WEXITSTATUS(status)) + ")";
}

}  // namespace

auto lost_in_a_worker(std::string_view bytes) -> std::optional<std::string> {
    const auto copy = sealed_copy::make(bytes);
    std::array<int, 2> ends{-1, -1};
    if (copy.has_error() || ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) {
        throw std::system_error(errno, std::generic_category(), "a worker can't be started");
    }
    const pid_t worker = ::fork();
    if (worker == 0) {
        become_worker(ends[1], copy->descriptor());
    }
    ::close(ends[1]);
    frame_buffer frames;
    const auto said = worker < 0 ? std::string() : first_word(ends[0], frames);
    ::close(ends[0]);
    int status = 0;
    if (worker > 0) {
        if (!said) {
            ::kill(worker, SIGKILL);
        }
        while (::waitpid(worker, &status, 0) < 0 && errno == EINTR) {}
    }
    if (worker < 0 || !said) {
        return "loading it in a worker does not end";
    }
    if (said->empty()) {
        return in_words(status);
    }
    wire_reader from(*said);
    if (answer_of(from) != worker_answer::forbidden) {
        return std::nullopt;
    }
    return "loading it tries the system call " + call_name(from.number()) + ", which ends a worker";
}

}  // namespace tenon::host::conformance
