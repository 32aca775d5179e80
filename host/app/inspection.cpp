#include "app/inspection.hpp"

#include "app/inspection_format.hpp"
#include "base/whole_file.hpp"
#include "provider/library.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>

namespace tenon::host {
namespace {

using std::chrono::steady_clock;

constexpr int image_descriptor = 3;
constexpr std::size_t longest_answer = 1UL << 20U;
constexpr std::chrono::seconds patience{10};

auto refuse(const plugin_image& image, const std::string& why) -> error {
    return fail(errc::invalid_request, image.path().filename().string() + ": " + why);
}

struct spawn_actions {
    spawn_actions() { ::posix_spawn_file_actions_init(&all); }
    ~spawn_actions() { ::posix_spawn_file_actions_destroy(&all); }
    spawn_actions(const spawn_actions&) = delete;
    auto operator=(const spawn_actions&) -> spawn_actions& = delete;
    posix_spawn_file_actions_t all{};
};

// Its standard output is ours; it has the image, and no other file of this process's.
auto spawn(int output, int image) -> pid_t {
    spawn_actions actions;
    auto* const all = &actions.all;
    ::posix_spawn_file_actions_adddup2(all, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(all, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(all, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(all, image, image_descriptor);
    ::posix_spawn_file_actions_addclosefrom_np(all, image_descriptor + 1);
    std::array<std::string, 3> words{"tenon", "plugin", "inspect"};
    std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
    std::array<char*, 1> environment{nullptr};
    pid_t child = -1;
    const auto failed =
        ::posix_spawn(&child, "/proc/self/exe", all, nullptr, arguments.data(), environment.data());
    return failed == 0 ? child : -1;
}

// Until it closes its end; nothing at the deadline, or when it says too much.
auto read_answer(int from) -> std::optional<std::string> {
    const auto until = steady_clock::now() + patience;
    std::string out;
    std::array<char, 4096> piece{};
    while (out.size() < longest_answer) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now());
        pollfd waiting{from, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
            return std::nullopt;
        }
        const auto got = ::read(from, piece.data(), piece.size());
        if (got == 0) {
            return out;
        }
        out.append(piece.data(), got < 0 ? 0 : static_cast<std::size_t>(got));
    }
    return std::nullopt;
}

auto end_of(pid_t child) -> int {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return status;
}

void limit(int what, rlim_t most) {
    const rlimit both{most, most};
    ::setrlimit(what, &both);
}

void confine() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit(RLIMIT_CPU, 5);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 16);
#ifndef TENON_SANITIZED
    limit(RLIMIT_AS, 2UL << 30U);
#endif
}

void say(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// The file has no name here.
auto refusal_of(const error& problem) -> std::string {
    const std::string_view all = problem.message;
    const auto behind_name = all.find(": ");
    return refusal_text(behind_name == all.npos ? all : all.substr(behind_name + 2));
}

auto load_and_tell() -> std::string {
    auto image = plugin_image::read("/proc/self/fd/" + std::to_string(image_descriptor));
    if (image.has_error()) {
        return refusal_of(image.error());
    }
    confine();
    const auto library = plugin_library::load(std::move(*image));
    if (library.has_error()) {
        return refusal_of(library.error());
    }
    std::vector<descriptor> found;
    for (const auto& one : (*library)->providers()) {
        found.push_back(one.about);
    }
    return inspection_text(found);
}

}  // namespace

auto inspect_plugin(const plugin_image& image) -> result<std::vector<descriptor>> {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(errc::internal, "the system gives no pipe");
    }
    const file_descriptor reading(ends[0]);
    pid_t child = -1;
    {
        const file_descriptor writing(ends[1]);
        child = spawn(writing.number(), image.copy().descriptor());
    }
    if (child < 0) {
        return fail(errc::internal, "the system starts no further process");
    }
    const auto answer = read_answer(reading.number());
    if (!answer) {
        ::kill(child, SIGKILL);
    }
    const auto status = end_of(child);
    if (!answer) {
        return refuse(image, "it hangs, or talks without end, while it is loaded");
    }
    if (WIFSIGNALED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
        return refuse(
            image, "it crashes while it is loaded (" +
                       (WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                            : "exit code " + std::to_string(WEXITSTATUS(status))) +
                       ")"
        );
    }
    auto found = read_inspection(*answer);
    if (found.has_error()) {
        return refuse(image, found.error().message);
    }
    return found;
}

void answer_inspection() {
    say(load_and_tell());
    std::_Exit(EXIT_SUCCESS);  // nothing of the plugin's runs any more
}

}  // namespace tenon::host
