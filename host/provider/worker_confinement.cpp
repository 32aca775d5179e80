#include "provider/worker_confinement.hpp"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <system_error>

namespace tenon::host {
namespace {

#ifdef TENON_SANITIZED
constexpr rlim_t memory_beyond_start = 1024UL * 1024 * 1024;  // what is freed stays a while
#else
constexpr rlim_t memory_beyond_start = 256UL * 1024 * 1024;
#endif
// Of a whole worker: the host starts another one long before a plugin in its right mind needs it.
constexpr rlim_t processor_seconds = 600;
// The socket, the image, and what the dynamic loader opens for a moment.
constexpr rlim_t descriptors = 8;

auto refused(const char* what) -> error {
    return fail(
        errc::internal, std::string("a plugin's worker can't be confined here: ") + what + ": " +
                            std::generic_category().message(errno)
    );
}

// A limit that is lower already stays: only root could raise it.
auto limit(__rlimit_resource which, rlim_t most) -> bool {
    rlimit now{};
    if (::getrlimit(which, &now) != 0) {
        return false;
    }
    const auto lower = std::min(most, now.rlim_max);
    const rlimit both{lower, lower};
    return ::setrlimit(which, &both) == 0;
}

// Counted from what is mapped now: sanitizers have reserved terabytes of addresses already.
auto limit_memory() -> bool {
    std::ifstream statm("/proc/self/statm");
    rlim_t pages = 0;
    statm >> pages;
    const auto page = static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
    return pages != 0 && limit(RLIMIT_AS, pages * page + memory_beyond_start);
}

// Where memory runs out on the machine, a worker goes before its host does. As far as the system
// lets it.
void be_first_to_go() {
    std::ofstream("/proc/self/oom_score_adj") << 1000;
}

// A user id that nobody else has; 65534 where this range is not ours to use. A host that is not
// root keeps its own: its workers can do nothing with it.
void take_own_user() {
    if (::geteuid() != 0) {
        return;
    }
    constexpr uid_t unused_range = 0x70000000;
    constexpr uid_t nobody = 65534;
    for (const uid_t id : {unused_range + static_cast<uid_t>(::getpid()), nobody}) {
        if (::setgroups(0, nullptr) == 0 && ::setresgid(id, id, id) == 0 &&
            ::setresuid(id, id, id) == 0) {
            return;
        }
    }
}

// Rights of Landlock by the version of its ABI (linux/landlock.h, which is older than the kernel
// here or there): whatever is named and granted nowhere is denied.
void deny_files_and_network() {
    struct ruleset {
        std::uint64_t files, network, scopes;
    };
    constexpr unsigned ask_version = 1;
    const auto version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, ask_version);
    if (version < 1) {
        return;
    }
    constexpr std::array<unsigned, 6> file_rights{13, 14, 15, 15, 16, 16};
    const auto known = std::min<std::size_t>(static_cast<std::size_t>(version), 6);
    const ruleset all{
        (std::uint64_t{1} << file_rights.at(known - 1)) - 1, known >= 4 ? 3U : 0U,
        known >= 6 ? 3U : 0U};
    const auto size = known >= 6 ? sizeof all : known >= 4 ? 16U : 8U;
    const auto made = ::syscall(SYS_landlock_create_ruleset, &all, size, 0U);
    if (made >= 0) {
        ::syscall(SYS_landlock_restrict_self, made, 0U);
        ::close(static_cast<int>(made));
    }
}

}  // namespace

auto give_up_privileges() -> result<void> {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return refused("no_new_privs");
    }
    be_first_to_go();
    take_own_user();
    // After the change of user, which forgets it.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0) {
        return refused("prctl");
    }
    if (!limit_memory()) {
        return refused("the limit of its memory");
    }
    deny_files_and_network();
    if (!limit(RLIMIT_CPU, processor_seconds) || !limit(RLIMIT_NOFILE, descriptors) ||
        !limit(RLIMIT_NPROC, 0) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_CORE, 0)) {
        return refused("setrlimit");
    }
    return {};
}

}  // namespace tenon::host
