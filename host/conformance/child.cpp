#include "conformance/child.hpp"

#include "conformance/findings.hpp"
#include "conformance/last_words.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <system_error>

namespace tenon::host::conformance {
namespace {

constexpr rlim_t most_cpu_seconds = 30;

[[noreturn]] void give_up(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void set_limit(__rlimit_resource what, rlim_t soft, rlim_t hard) {
    const rlimit limit{soft, hard};
    (void)::setrlimit(what, &limit);
}

void prepare(int answer, int output) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(nothing, STDIN_FILENO);
    ::close(nothing);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    set_limit(RLIMIT_CPU, most_cpu_seconds, most_cpu_seconds + 2);
    set_limit(RLIMIT_CORE, 0, 0);
    answer_to(answer);
    tell_of_signals();
}

void tell(const findings& found) {
    const auto skipped = found.skipped();
    if (found.failed()) {
        add_answer("failed");
        for (const auto& one : found.failures()) {
            add_answer(one);
        }
        if (found.more() != 0) {
            add_answer("and " + std::to_string(found.more()) + " more");
        }
    } else if (!skipped.empty()) {
        add_answer("skipped");
        add_answer(skipped);
    } else {
        add_answer("passed");
    }
}

// A rule that another check answers for; this one's own is a failure.
void tell_blocked(const check& about, const findings& found, const blocked& by) {
    if (found.failed()) {
        tell(found);
        return;
    }
    add_answer(by.by() == about.id ? "failed" : "blocked");
    if (by.by() != about.id) {
        add_answer(by.by());
    }
    add_answer(by.what());
}

[[noreturn]] void run_check(const check& about, const job& what) {
    findings found{std::string(about.id)};
    answer_for(about.id);
    try {
        about.run(what, found);
        tell(found);
    } catch (const blocked& by) {
        tell_blocked(about, found, by);
    } catch (const std::exception& unforeseen) {
        answer_and_exit("fault of the suite", unforeseen.what());
    }
    exit_at_once();
}

auto read_all(int descriptor) -> std::string {
    std::string out;
    std::array<char, 4096> part{};
    ::lseek(descriptor, 0, SEEK_SET);
    for (ssize_t got = 0; (got = ::read(descriptor, part.data(), part.size())) > 0;) {
        out.append(part.data(), static_cast<std::size_t>(got));
    }
    return out;
}

auto split_answer(const std::string& written) -> std::vector<std::string> {
    std::vector<std::string> out;
    std::size_t begin = 0;
    for (auto end = written.find('\0'); end != std::string::npos; end = written.find('\0', begin)) {
        out.push_back(written.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

auto verdict_of(const std::string& name) -> verdict {
    for (const auto one :
         {verdict::passed, verdict::failed, verdict::skipped, verdict::crashed,
          verdict::timed_out}) {
        if (name == name_of(one)) {
            return one;
        }
    }
    return verdict::fault;
}

auto how_it_ended(int status) -> std::string {
    return WIFSIGNALED(status)
               ? std::string("ended by SIG") + sigabbrev_np(WTERMSIG(status))
               : "ended with code " + std::to_string(WEXITSTATUS(status)) + " without an answer";
}

}  // namespace

child::child(const check& about, const job& what)
    : about_(&about),
      answer_(::memfd_create("answer", MFD_CLOEXEC)),
      output_(::memfd_create("output", MFD_CLOEXEC)),
      began_at_(clock::now()),
      ends_at_(began_at_ + what.chosen.deadline) {
    if (answer_ < 0 || output_ < 0) {
        give_up("memfd_create");
    }
    pid_ = ::fork();
    if (pid_ < 0) {
        give_up("fork");
    }
    if (pid_ == 0) {
        prepare(answer_, output_);
        run_check(about, what);
    }
    pid_descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (pid_descriptor_ < 0) {
        give_up("pidfd_open");
    }
}

child::~child() {
    if (pid_ > 0) {
        kill();
        ::waitpid(pid_, nullptr, 0);
    }
    for (const int one : {pid_descriptor_, answer_, output_}) {
        if (one >= 0) {
            ::close(one);
        }
    }
}

void child::kill() noexcept {
    killed_ = true;
    ::kill(pid_, SIGKILL);
}

auto child::judge(int status, std::string written) const -> check_result {
    check_result out;
    auto parts = split_answer(written);
    if (parts.empty()) {
        out.what = killed_ ? verdict::timed_out : verdict::crashed;
        out.details.push_back(killed_ ? "did not end in time" : how_it_ended(status));
        // What a sanitizer or the C library said at last.
        const auto said = read_all(output_);
        out.details.push_back(said.substr(said.size() - std::min<std::size_t>(said.size(), 2000)));
        return out;
    }
    if (parts.front() == "blocked" && parts.size() > 1) {
        out.what = verdict::skipped;
        out.blocked_by = parts[1];
        parts.erase(parts.begin());
    } else {
        out.what = verdict_of(parts.front());
    }
    out.details.assign(parts.begin() + 1, parts.end());
    return out;
}

auto child::result() -> check_result {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    pid_ = -1;
    auto out = judge(status, read_all(answer_));
    out.about = about_;
    out.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began_at_);
    return out;
}

}  // namespace tenon::host::conformance
