#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

namespace tenon::test {
namespace {

using clock = std::chrono::steady_clock;

struct pipe_ends {
    int read = -1;
    int write = -1;
    pipe_ends() {
        std::array<int, 2> both{};
        if (::pipe2(both.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
        }
        read = both[0];
        write = both[1];
    }
    ~pipe_ends() {
        close_read();
        close_write();
    }
    pipe_ends(const pipe_ends&) = delete;
    auto operator=(const pipe_ends&) -> pipe_ends& = delete;
    void close_read() { close_one(read); }
    void close_write() { close_one(write); }

  private:
    static void close_one(int& descriptor) {
        if (descriptor >= 0) {
            ::close(descriptor);
            descriptor = -1;
        }
    }
};

auto environment_lines(const environment& variables) -> std::vector<std::string> {
    std::vector<std::string> lines;
    for (const char* name :
         {"PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"}) {
        if (const char* value = ::getenv(name)) {
            lines.push_back(std::string(name) + '=' + value);
        }
    }
    for (const auto& [name, value] : variables) {
        lines.push_back(name + '=' + value);
    }
    return lines;
}

auto pointers(std::vector<std::string>& texts) -> std::vector<char*> {
    std::vector<char*> out;
    for (auto& text : texts) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

// Between fork and exec: nothing that allocates or locks, for our process may have threads.
[[noreturn]] void become(
    char** arguments, char** variables, const char* directory, int in, int out, int err
) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0U, 0);  // a server's socket would listen on without it
    if (*directory == '\0' || ::chdir(directory) == 0) {
        ::execve(arguments[0], arguments, variables);
    }
    constexpr std::string_view problem = "the program could not be started\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, problem.data(), problem.size());
    ::_exit(127);
}

auto exit_code(int status) -> int {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

struct process::state {
    pid_t id = -1;
    std::optional<int> code;  // once it was waited for
    pipe_ends out_pipe;
    pipe_ends err_pipe;
    std::filesystem::path log;

    std::mutex mutex;
    std::condition_variable changed;
    std::string out;  // guarded by mutex, as all below
    std::string err;
    int open_pipes = 2;

    std::thread reader;

    // What the reader runs: moves both pipes into the strings until both are closed.
    void read_all() {
        std::array<pollfd, 2> polled{
            pollfd{out_pipe.read, POLLIN, 0}, pollfd{err_pipe.read, POLLIN, 0}};
        std::ofstream log_file;
        if (!log.empty()) {
            log_file.open(log, std::ios::app | std::ios::binary);
        }
        while (polled[0].fd >= 0 || polled[1].fd >= 0) {
            ::poll(polled.data(), polled.size(), -1);
            for (auto& one : polled) {
                if (one.fd >= 0 && one.revents != 0) {
                    read_some(one, log_file);
                }
            }
        }
    }

    void read_some(pollfd& from, std::ofstream& log_file) {
        std::array<char, 16384> buffer{};
        const auto count = ::read(from.fd, buffer.data(), buffer.size());
        const std::lock_guard lock(mutex);
        if (count > 0) {
            auto& into = from.fd == out_pipe.read ? out : err;
            into.append(buffer.data(), static_cast<std::size_t>(count));
            log_file.write(buffer.data(), count);
            log_file.flush();
        } else if (count == 0 || errno != EINTR) {
            from.fd = -1;
            --open_pipes;
        }
        changed.notify_all();
    }

    // The rest of the first whole line in `out` that begins with prefix. Call with the mutex held.
    auto line_behind(std::string_view prefix) const -> std::optional<std::string> {
        std::size_t begin = 0;
        for (auto end = out.find('\n'); end != std::string::npos; end = out.find('\n', begin)) {
            const auto line = std::string_view(out).substr(begin, end - begin);
            if (line.starts_with(prefix)) {
                return std::string(line.substr(prefix.size()));
            }
            begin = end + 1;
        }
        return std::nullopt;
    }
};

process::process(const command& what) : state_(std::make_unique<state>()) {
    auto arguments = what.arguments;
    auto variables = environment_lines(what.variables);
    const auto argument_pointers = pointers(arguments);
    const auto variable_pointers = pointers(variables);
    pipe_ends in;
    const auto size = static_cast<ssize_t>(what.input.size());
    if (size != 0 && ::write(in.write, what.input.data(), what.input.size()) != size) {
        throw std::runtime_error("the input does not fit into a pipe");
    }
    state_->log = what.log;
    state_->id = ::fork();
    if (state_->id < 0) {
        throw std::runtime_error(std::string("no process: ") + std::strerror(errno));
    }
    if (state_->id == 0) {
        become(
            const_cast<char**>(argument_pointers.data()),
            const_cast<char**>(variable_pointers.data()), what.directory.c_str(), in.read,
            state_->out_pipe.write, state_->err_pipe.write
        );
    }
    state_->out_pipe.close_write();
    state_->err_pipe.close_write();
    state_->reader = std::thread([state = state_.get()] { state->read_all(); });
}

process::~process() {
    if (running()) {
        ::kill(state_->id, SIGKILL);
        int status = 0;
        ::waitpid(state_->id, &status, 0);
    }
    state_->reader.join();
}

auto process::wait_for_line(std::string_view prefix, std::chrono::milliseconds deadline)
    -> std::string {
    std::unique_lock lock(state_->mutex);
    std::optional<std::string> found;
    state_->changed.wait_for(lock, deadline, [&] {
        found = state_->line_behind(prefix);
        return found || state_->open_pipes == 0;
    });
    if (!found) {
        throw std::runtime_error(
            "no line that begins with '" + std::string(prefix) + "' came; standard output:\n" +
            state_->out + "\nstandard error:\n" + state_->err
        );
    }
    return *found;
}

auto process::wait_for_text(std::string_view text, std::chrono::milliseconds deadline) -> bool {
    std::unique_lock lock(state_->mutex);
    const auto seen = [&] {
        return state_->out.find(text) != std::string::npos ||
               state_->err.find(text) != std::string::npos;
    };
    state_->changed.wait_for(lock, deadline, [&] { return seen() || state_->open_pipes == 0; });
    return seen();
}

auto process::out() const -> std::string {
    const std::lock_guard lock(state_->mutex);
    return state_->out;
}

auto process::err() const -> std::string {
    const std::lock_guard lock(state_->mutex);
    return state_->err;
}

auto process::id() const -> pid_t {
    return state_->id;
}

auto process::running() -> bool {
    int status = 0;
    if (!state_->code && ::waitpid(state_->id, &status, WNOHANG) == state_->id) {
        state_->code = exit_code(status);
    }
    return !state_->code;
}

void process::signal(int number) {
    if (running()) {
        ::kill(state_->id, number);
    }
}

auto process::wait(std::chrono::milliseconds deadline) -> ended {
    // Both of its streams close as it ends: that is what can be waited for with a deadline.
    bool in_time = false;
    {
        std::unique_lock lock(state_->mutex);
        in_time = state_->changed.wait_for(lock, deadline, [&] { return state_->open_pipes == 0; });
    }
    if (running()) {
        if (!in_time) {
            ::kill(state_->id, SIGKILL);
        }
        int status = 0;
        ::waitpid(state_->id, &status, 0);
        state_->code = exit_code(status);
    }
    if (!in_time) {
        throw std::runtime_error("the process did not end in time; it printed:\n" + out() + err());
    }
    return {state_->code.value_or(-1), out(), err()};
}

auto run(const command& what, std::chrono::milliseconds deadline) -> ended {
    return process(what).wait(deadline);
}

}  // namespace tenon::test
