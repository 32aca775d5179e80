#include "provider/worker_filter.hpp"

#include "provider/worker_answers.hpp"
#include "provider/worker_confinement.hpp"
#include "provider/worker_process.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ucontext.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <system_error>

namespace tenon::host {
namespace {

using filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

auto refused(int code) -> error {
    return fail(
        errc::internal,
        "a plugin's worker can't be confined here: the kernel takes no seccomp "
        "filter: " +
            std::generic_category().message(-code)
    );
}

// What the handler of refused calls does: nothing in it may allocate.

struct trapped {
    long number;
    std::array<unsigned long, 4> arguments;
};

auto take(const ucontext_t& at) -> trapped {
    const auto& machine = at.uc_mcontext;
#if defined(__x86_64__)
    const auto argument = [&machine](int which) {
        return static_cast<unsigned long>(machine.gregs[which]);
    };
    return {
        static_cast<long>(machine.gregs[REG_RAX]),
        {argument(REG_RDI), argument(REG_RSI), argument(REG_RDX), argument(REG_R10)}};
#elif defined(__aarch64__)
    return {
        static_cast<long>(machine.regs[8]),
        {machine.regs[0], machine.regs[1], machine.regs[2], machine.regs[3]}};
#else
#error "a worker's filter knows x86-64 and aarch64"
#endif
}

void answer(ucontext_t& at, long value) {
#if defined(__x86_64__)
    at.uc_mcontext.gregs[REG_RAX] = value;
#else
    at.uc_mcontext.regs[0] = static_cast<unsigned long>(value);
#endif
}

// A path that the call names.
auto path_of(const trapped& call, std::size_t argument) -> const char* {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): what a register holds
    return reinterpret_cast<const char*>(call.arguments.at(argument));
}

// The image's own path, and no other.
auto opens_image(const trapped& call) -> bool {
    static_assert(worker_image == 4);
    return call.number == SYS_openat && std::strcmp(path_of(call, 1), "/proc/self/fd/4") == 0;
}

// fstat() in the guise that some C libraries give it.
auto asks_for_status(const trapped& call) -> bool {
    const auto* path = path_of(call, 1);
    return call.number == SYS_newfstatat && (call.arguments[3] & AT_EMPTY_PATH) != 0 &&
           path != nullptr && *path == '\0';
}

// A sanitizer's runtime looks at what is mapped when a library is loaded, and does without.
auto is_sanitizers([[maybe_unused]] const trapped& call) -> bool {
#ifdef TENON_SANITIZED
    const auto asks = [&call](long number, std::size_t argument) {
        return call.number == number &&
               std::strncmp(path_of(call, argument), "/proc/self/", 11) == 0;
    };
#ifdef SYS_open
    if (asks(SYS_open, 0) || asks(SYS_readlink, 0)) {
        return true;
    }
#endif
    return asks(SYS_openat, 1) || asks(SYS_readlinkat, 1);
#else
    return false;
#endif
}

auto open_image() -> long {
    const int copy = ::fcntl(worker_image, F_DUPFD, 0);
    if (copy < 0 || ::lseek(copy, 0, SEEK_SET) != 0) {
        return -EACCES;
    }
    return copy;
}

[[noreturn]] void report(long number) {
    struct {
        std::uint32_t length;
        std::array<std::uint32_t, 4> content;
    } const frame{
        16,
        {static_cast<std::uint32_t>(worker_answer::forbidden), 0,
         static_cast<std::uint32_t>(number), 0}};
    ::send(worker_socket, &frame, sizeof frame, MSG_NOSIGNAL);
    ::_exit(static_cast<int>(worker_exit::forbidden));
}

// Blocked meanwhile are all signals: a call that is refused in here ends the process.
void on_refused(int /*signal*/, siginfo_t* info, void* context) {
    auto& at = *static_cast<ucontext_t*>(context);
    auto call = take(at);
    call.number = info->si_syscall;
    if (opens_image(call)) {
        answer(at, open_image());
    } else if (asks_for_status(call)) {
        const auto asked = ::syscall(SYS_fstat, call.arguments[0], call.arguments[2]);
        answer(at, asked < 0 ? -errno : asked);
    } else if (is_sanitizers(call)) {
        answer(at, -ENOENT);
    } else {
        report(call.number);
    }
}

// Collects the first refusal of the library's.
class stage {
  public:
    stage() : filter_(::seccomp_init(SCMP_ACT_TRAP), ::seccomp_release) {
        keep(filter_ == nullptr ? -ENOMEM : 0);
        keep(::seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_NNP, 0));  // it is set already
        keep(::seccomp_attr_set(filter_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    }

    void allow(std::initializer_list<int> calls) {
        for (const int call : calls) {
            keep(::seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, call, 0));
        }
    }
    void allow(int call, std::initializer_list<scmp_arg_cmp> where) {
        keep(::seccomp_rule_add_array(
            filter_.get(), SCMP_ACT_ALLOW, call, static_cast<unsigned>(where.size()), where.begin()
        ));
    }
    void refuse(int call, int code, std::initializer_list<scmp_arg_cmp> where) {
        keep(::seccomp_rule_add_array(
            filter_.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(code)), call,
            static_cast<unsigned>(where.size()), where.begin()
        ));
    }
    [[nodiscard]] auto enter() const -> int { return ::seccomp_load(filter_.get()); }
    [[nodiscard]] auto problem() const -> int { return problem_; }

  private:
    // A rule that is there already is none the worse for it.
    void keep(int code) { problem_ = problem_ == 0 && code != -EEXIST ? code : problem_; }

    filter filter_;
    int problem_ = 0;
};

auto is(unsigned argument, std::uint64_t value) -> scmp_arg_cmp {
    return {argument, SCMP_CMP_EQ, value, 0};
}
auto has(unsigned argument, std::uint64_t bits) -> scmp_arg_cmp {
    return {argument, SCMP_CMP_MASKED_EQ, bits, bits};
}
auto lacks(unsigned argument, std::uint64_t bits) -> scmp_arg_cmp {
    return {argument, SCMP_CMP_MASKED_EQ, bits, 0};
}

// An argument of 32 bits with none but these of them.
auto only(unsigned argument, std::uint32_t bits) -> scmp_arg_cmp {
    return lacks(argument, ~bits);
}

// Plain bytes to the host and from it, to nobody else by name, and no waiting but on a word of
// memory: what else these calls can do is much of the kernel, and not for strangers.
void allow_messages(stage& to) {
    to.allow(SCMP_SYS(recvfrom), {is(0, worker_socket), only(3, 0), is(4, 0)});
    to.allow(SCMP_SYS(sendto), {is(0, worker_socket), only(3, MSG_NOSIGNAL), is(4, 0)});
    constexpr auto command = static_cast<std::uint32_t>(FUTEX_CMD_MASK);
    for (const int one : {FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET}) {
        const auto operation = static_cast<std::uint32_t>(one);
        to.allow(SCMP_SYS(futex), {{1, SCMP_CMP_MASKED_EQ, command, operation}});
    }
}

// Memory, messages, and an end: of one's own, or by abort().
void allow_serving(stage& to) {
    allow_messages(to);
    to.allow(SCMP_SYS(mmap), {lacks(2, PROT_EXEC), has(3, MAP_ANONYMOUS)});
    to.allow(SCMP_SYS(mprotect), {lacks(2, PROT_EXEC)});
    to.allow(
        {SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(exit),
         SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
         SCMP_SYS(restart_syscall), SCMP_SYS(gettid), SCMP_SYS(getpid)}
    );
    to.allow(SCMP_SYS(tgkill), {is(0, static_cast<std::uint64_t>(::getpid()))});
    // A last word on standard error, which is closed.
    to.refuse(SCMP_SYS(write), EBADF, {is(0, STDERR_FILENO)});
    to.refuse(SCMP_SYS(writev), EBADF, {is(0, STDERR_FILENO)});
#ifdef TENON_SANITIZED
    // Through a pipe to itself a runtime finds out whether memory can be read.
    to.allow(SCMP_SYS(write), {is(0, STDOUT_FILENO)});
    to.allow({SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(close)});
    to.allow(
        {SCMP_SYS(sched_yield), SCMP_SYS(clock_gettime), SCMP_SYS(sigaltstack), SCMP_SYS(nanosleep),
         SCMP_SYS(clock_nanosleep), SCMP_SYS(getrusage)}
    );
#endif
}

// What the dynamic loader takes beside that, and the way to the next stage.
void allow_loading(stage& to) {
    to.allow(
        {SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(fstat), SCMP_SYS(mmap), SCMP_SYS(mprotect),
         SCMP_SYS(close), SCMP_SYS(lseek)}
    );
    // The next filter, and none that is told of by a descriptor.
    to.allow(SCMP_SYS(seccomp), {is(0, SECCOMP_SET_MODE_FILTER), only(1, 0)});
    to.allow(SCMP_SYS(fcntl), {is(0, worker_image), is(1, F_DUPFD)});
    // Asked where the loader refuses: an answer that says nothing lets it tell why.
    to.refuse(SCMP_SYS(readlink), EACCES, {});
    to.refuse(SCMP_SYS(readlinkat), EACCES, {});
    to.refuse(SCMP_SYS(newfstatat), EACCES, {lacks(3, AT_EMPTY_PATH)});
}

auto handle_refusals() -> bool {
    struct sigaction action {};
    action.sa_sigaction = on_refused;
    action.sa_flags = SA_SIGINFO;
    ::sigfillset(&action.sa_mask);
    return ::sigaction(SIGSYS, &action, nullptr) == 0;
}

}  // namespace

struct worker_filter::stages {
    stage loading, serving;
};

worker_filter::worker_filter(std::unique_ptr<stages> both) : stages_(std::move(both)) {}
worker_filter::worker_filter(worker_filter&&) noexcept = default;
worker_filter::~worker_filter() = default;

auto worker_filter::make() -> result<worker_filter> {
    auto both = std::make_unique<stages>();
    allow_serving(both->loading);
    allow_loading(both->loading);
    allow_serving(both->serving);
    for (const auto* one : {&both->loading, &both->serving}) {
        if (one->problem() != 0) {
            return refused(one->problem());
        }
    }
    return worker_filter(std::move(both));
}

auto worker_filter::enter_loading() -> result<void> {
    if (!handle_refusals()) {
        return refused(-errno);
    }
    const int entered = stages_->loading.enter();
    return entered == 0 ? result<void>() : refused(entered);
}

auto worker_filter::enter_serving() -> result<void> {
    const int entered = stages_->serving.enter();
    return entered == 0 ? result<void>() : refused(entered);
}

}  // namespace tenon::host
