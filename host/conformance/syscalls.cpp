#include "conformance/syscalls.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tenon::host::conformance {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t our_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t our_architecture = AUDIT_ARCH_AARCH64;
#endif

// Memory, the end of the process, and what the C library does by itself: no more than a worker
// allows. Beside it what the runtime does that this suite is built with.
constexpr std::array allowed{
#ifdef TENON_SANITIZED
    SYS_sched_yield, SYS_sigaltstack,
#endif
    SYS_brk,         SYS_mmap,         SYS_munmap, SYS_mremap,         SYS_madvise,   SYS_mprotect,
    SYS_futex,       SYS_rt_sigreturn, SYS_exit,   SYS_rt_sigprocmask, SYS_exit_group};

struct named {
    long number;
    const char* name;
};
#define TENON_NAMED(name) \
    named {               \
        SYS_##name, #name \
    }
// Those that a plugin is likely to try; a rarer one is told by its number.
constexpr std::array names{
    TENON_NAMED(socket),
    TENON_NAMED(connect),
    TENON_NAMED(bind),
    TENON_NAMED(sendto),
    TENON_NAMED(recvfrom),
    TENON_NAMED(openat),
    TENON_NAMED(read),
    TENON_NAMED(close),
    TENON_NAMED(lseek),
    TENON_NAMED(fstat),
    TENON_NAMED(newfstatat),
    TENON_NAMED(ioctl),
    TENON_NAMED(fcntl),
    TENON_NAMED(pipe2),
    TENON_NAMED(dup3),
    TENON_NAMED(clone),
    TENON_NAMED(clone3),
    TENON_NAMED(execve),
    TENON_NAMED(wait4),
    TENON_NAMED(kill),
    TENON_NAMED(tgkill),
    TENON_NAMED(getpid),
    TENON_NAMED(gettid),
    TENON_NAMED(getppid),
    TENON_NAMED(getuid),
    TENON_NAMED(uname),
    TENON_NAMED(getcwd),
    TENON_NAMED(getrandom),
    TENON_NAMED(clock_gettime),
    TENON_NAMED(gettimeofday),
    TENON_NAMED(clock_nanosleep),
    TENON_NAMED(nanosleep),
    TENON_NAMED(rt_sigaction),
    TENON_NAMED(prctl),
    TENON_NAMED(setrlimit),
    TENON_NAMED(prlimit64),
    TENON_NAMED(memfd_create),
    TENON_NAMED(sched_yield),
    TENON_NAMED(sigaltstack),
    TENON_NAMED(writev),
    TENON_NAMED(set_robust_list)};
#undef TENON_NAMED

auto load(std::uint32_t offset) -> sock_filter {
    return {BPF_LD | BPF_W | BPF_ABS, 0, 0, offset};
}

auto give(std::uint32_t what) -> sock_filter {
    return {BPF_RET | BPF_K, 0, 0, what};
}

// For a jump over so many instructions where the loaded word is another.
auto unless_equal(std::uint32_t to, std::uint8_t skip) -> sock_filter {
    return {BPF_JMP | BPF_JEQ | BPF_K, 0, skip, to};
}

auto program(int answer) -> std::vector<sock_filter> {
    std::vector<sock_filter> out{
        load(offsetof(seccomp_data, arch)),
        {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, our_architecture},
        give(SECCOMP_RET_KILL_PROCESS),
        load(offsetof(seccomp_data, nr))};
    for (const auto number : allowed) {
        out.push_back(unless_equal(static_cast<std::uint32_t>(number), 1));
        out.push_back(give(SECCOMP_RET_ALLOW));
    }
    out.push_back(unless_equal(SYS_write, 3));
    out.push_back(load(offsetof(seccomp_data, args)));
    out.push_back(unless_equal(static_cast<std::uint32_t>(answer), 1));
    out.push_back(give(SECCOMP_RET_ALLOW));
    out.push_back(give(SECCOMP_RET_TRAP));
    return out;
}

}  // namespace

auto forbid_syscalls(int answer) -> bool {
    auto filter = program(answer);
    const sock_fprog loaded{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &loaded) == 0;
}

auto syscall_name(int number) noexcept -> const char* {
    for (const auto& one : names) {
        if (one.number == number) {
            return one.name;
        }
    }
    return nullptr;
}

}  // namespace tenon::host::conformance
