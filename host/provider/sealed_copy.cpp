#include "provider/sealed_copy.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace tenon::host {
namespace {

auto create() -> int {
    constexpr unsigned executable = 0x0010U;  // MFD_EXEC: newer than glibc 2.36's headers
    constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    const int made = ::memfd_create("tenon-plugin", flags | executable);
    // Kernels before 6.3 don't know the flag, and make them executable anyway.
    return made >= 0 || errno != EINVAL ? made : ::memfd_create("tenon-plugin", flags);
}

auto write_all(int descriptor, std::string_view bytes) -> bool {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return true;
}

// On a busy machine the system may still hold a page that was just written (EBUSY): for a moment.
auto seal(int descriptor) -> bool {
    constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    constexpr int attempts = 100;
    constexpr ::useconds_t pause = 10'000;
    for (int i = 0; i < attempts; ++i) {
        if (::fcntl(descriptor, F_ADD_SEALS, seals) == 0) {
            return true;
        }
        if (errno != EBUSY) {
            return false;
        }
        ::usleep(pause);
    }
    return false;
}

}  // namespace

auto sealed_copy::make(std::string_view bytes) -> result<sealed_copy> {
    sealed_copy copy(create());
    if (copy.descriptor_ < 0 || !write_all(copy.descriptor_, bytes) || !seal(copy.descriptor_)) {
        return fail(
            errc::internal,
            "the system gives no sealed memory to load a plugin from (memfd_create: " +
                std::generic_category().message(errno) + "); see the sysctl vm.memfd_noexec"
        );
    }
    return copy;
}

sealed_copy::sealed_copy(sealed_copy&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

sealed_copy::~sealed_copy() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

sealed_view::~sealed_view() {
    if (at_ != nullptr && size_ != 0) {
        ::munmap(const_cast<char*>(at_), size_);
    }
}

auto sealed_copy::view() const -> result<sealed_view> {
    struct stat about {};
    const bool known = ::fstat(descriptor_, &about) == 0;
    const auto size = static_cast<std::size_t>(about.st_size);
    if (known && size == 0) {
        return sealed_view("", 0);
    }
    void* at = known ? ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor_, 0) : MAP_FAILED;
    if (at == MAP_FAILED) {
        return fail(
            errc::internal,
            "a sealed copy can't be looked at: " + std::generic_category().message(errno)
        );
    }
    return sealed_view(static_cast<const char*>(at), size);
}

auto sealed_copy::path() const -> std::string {
    return "/proc/self/fd/" + std::to_string(descriptor_);
}

}  // namespace tenon::host
