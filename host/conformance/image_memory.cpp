#include "conformance/image_memory.hpp"

#include "conformance/address.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tenon::host::conformance {
namespace {

auto read(const dl_phdr_info& info) -> image_memory {
    image_memory out{UINTPTR_MAX, 0, {}};
    for (int i = 0; i < info.dlpi_phnum; ++i) {
        const auto& segment = info.dlpi_phdr[i];
        if (segment.p_type != PT_LOAD) {
            continue;
        }
        const auto begin = info.dlpi_addr + segment.p_vaddr;
        const auto end = begin + segment.p_memsz;
        out.begin = std::min<std::uintptr_t>(out.begin, begin);
        out.end = std::max<std::uintptr_t>(out.end, end);
        if ((segment.p_flags & PF_W) != 0) {
            out.writable.emplace_back(begin, end);
        }
    }
    return out;
}

struct search {
    std::uintptr_t address;
    image_memory found;
};

// A sanitized plugin's data has gaps that nobody may read; here only what lies there counts.
__attribute__((no_sanitize("address", "thread"))) auto word_at(std::uintptr_t address)
    -> std::uintptr_t {
    return *at_address<const volatile std::uintptr_t>(address);
}

}  // namespace

auto memory_of(const void* address) -> image_memory {
    search wanted{reinterpret_cast<std::uintptr_t>(address), {}};
    ::dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* into) {
            auto& out = *static_cast<search*>(into);
            auto one = read(*info);
            const bool is_it = out.address >= one.begin && out.address < one.end;
            if (is_it) {
                out.found = std::move(one);
            }
            return is_it ? 1 : 0;
        },
        &wanted
    );
    return wanted.found;
}

auto points_into(const image_memory& reader, const image_memory& target) -> bool {
    constexpr auto word = sizeof(std::uintptr_t);
    for (const auto& [begin, end] : reader.writable) {
        for (auto at = (begin + word - 1) / word * word; at + word <= end; at += word) {
            const auto value = word_at(at);
            if (value >= target.begin && value < target.end) {
                return true;
            }
        }
    }
    return false;
}

file_copy::file_copy(std::string_view bytes) : descriptor_(::memfd_create("copy", MFD_CLOEXEC)) {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written <= 0) {
            throw std::system_error(errno, std::generic_category(), "a copy of the plugin");
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

file_copy::~file_copy() {
    ::close(descriptor_);
}

auto file_copy::path() const -> std::string {
    return "/proc/self/fd/" + std::to_string(descriptor_);
}

}  // namespace tenon::host::conformance
