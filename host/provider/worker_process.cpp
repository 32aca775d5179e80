#include "provider/worker_process.hpp"

#include "provider/worker_confinement.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tenon::host {
namespace {

auto refused(const char* what, int code) -> error {
    return fail(
        errc::internal, std::string("a plugin's worker can't be started: ") + what + ": " +
                            std::generic_category().message(code)
    );
}

// A descriptor as long as a start takes.
class passing {
  public:
    explicit passing(int descriptor) : descriptor_(descriptor) {}
    ~passing() { ::close(descriptor_); }
    passing(const passing&) = delete;
    auto operator=(const passing&) -> passing& = delete;
    [[nodiscard]] auto get() const -> int { return descriptor_; }

  private:
    int descriptor_;
};

// Above those that the child is to have, so that no move overwrites what the next one takes.
auto raised(int descriptor) -> int {
    constexpr int above = 16;
    return ::fcntl(descriptor, F_DUPFD_CLOEXEC, above);
}

class spawn_plan {
  public:
    spawn_plan() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID
        );
    }
    ~spawn_plan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    spawn_plan(const spawn_plan&) = delete;
    auto operator=(const spawn_plan&) -> spawn_plan& = delete;

    void give(int socket, int image) {
        ::posix_spawn_file_actions_adddup2(&actions_, socket, worker_socket);
        ::posix_spawn_file_actions_adddup2(&actions_, image, worker_image);
        for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            ::posix_spawn_file_actions_addclose(&actions_, standard);
        }
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, worker_image + 1);
    }

    auto start(const worker_program& program, pid_t& pid) const -> int {
        std::vector<char*> arguments;
        for (const auto& argument : program.arguments) {
            arguments.push_back(const_cast<char*>(argument.c_str()));
        }
        arguments.push_back(nullptr);
        std::array<char*, 1> environment{nullptr};
        return ::posix_spawn(
            &pid, program.path.c_str(), &actions_, &attributes_, arguments.data(),
            environment.data()
        );
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

auto in_words(int status) -> std::string {
    if (WIFSIGNALED(status)) {
        const char* name = ::sigabbrev_np(WTERMSIG(status));
        return name == nullptr ? "signal " + std::to_string(WTERMSIG(status))
                               : "SIG" + std::string(name);
    }
    return "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

auto worker_process::start(const worker_program& program, const plugin_image& image)
    -> result<worker_process> {
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return refused("socketpair", errno);
    }
    worker_process out(-1, ends[0]);
    const passing theirs(ends[1]);
    const passing socket(raised(theirs.get()));
    // Opened anew: the loader reads at the description's offset, and workers start side by side.
    const passing own(::open(image.copy().path().c_str(), O_RDONLY | O_CLOEXEC));
    const passing file(raised(own.get()));
    if (socket.get() < 0 || file.get() < 0 || ::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        return refused("descriptors", errno);
    }
    spawn_plan plan;
    plan.give(socket.get(), file.get());
    if (const int code = plan.start(program, out.pid_); code != 0) {
        out.pid_ = -1;
        return refused(program.path.c_str(), code);
    }
    return out;
}

worker_process::worker_process(worker_process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      socket_(std::exchange(other.socket_, -1)),
      ended_(std::move(other.ended_)) {}

auto worker_process::operator=(worker_process&& other) noexcept -> worker_process& {
    if (this != &other) {
        end();
        pid_ = std::exchange(other.pid_, -1);
        socket_ = std::exchange(other.socket_, -1);
        ended_ = std::move(other.ended_);
    }
    return *this;
}

worker_process::~worker_process() {
    end();
}

void worker_process::end() noexcept {
    if (socket_ >= 0) {
        ::close(socket_);
    }
    if (pid_ > 0 && !ended_) {
        kill();
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
    }
}

auto worker_process::release_socket() noexcept -> int {
    return std::exchange(socket_, -1);
}

// Until it has been waited for, no other process has its number.
void worker_process::kill() const noexcept {
    if (pid_ > 0 && !ended_) {
        ::kill(pid_, SIGKILL);
    }
}

auto worker_process::processor_time() const noexcept -> std::chrono::nanoseconds {
    clockid_t clock{};
    timespec used{};
    if (pid_ <= 0 || ended_ || ::clock_getcpuclockid(pid_, &clock) != 0 ||
        ::clock_gettime(clock, &used) != 0) {
        return std::chrono::nanoseconds(0);
    }
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

auto worker_process::ended() -> std::optional<std::string> {
    int status = 0;
    if (!ended_ && pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) {
        ended_ = in_words(status);
    }
    return ended_;
}

}  // namespace tenon::host
