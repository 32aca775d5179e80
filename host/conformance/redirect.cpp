#include "conformance/redirect.hpp"

#include "conformance/address.hpp"

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace tenon::host::conformance {
namespace {

// What the dynamic section of a loaded library leads to.
struct tables {
    const Elf64_Sym* symbols = nullptr;
    const char* names = nullptr;
    const Elf64_Rela* calls = nullptr;
    std::size_t calls_size = 0;  // bytes
    const Elf64_Rela* data = nullptr;
    std::size_t data_size = 0;  // bytes
};

auto read(const link_map& map) -> tables {
    tables out;
    for (const auto* entry = map.l_ld; entry->d_tag != DT_NULL; ++entry) {
        const auto pointer = entry->d_un.d_ptr;
        switch (entry->d_tag) {
            case DT_SYMTAB: out.symbols = at_address<const Elf64_Sym>(pointer); break;
            case DT_STRTAB: out.names = at_address<const char>(pointer); break;
            case DT_JMPREL: out.calls = at_address<const Elf64_Rela>(pointer); break;
            case DT_PLTRELSZ: out.calls_size = entry->d_un.d_val; break;
            case DT_RELA: out.data = at_address<const Elf64_Rela>(pointer); break;
            case DT_RELASZ: out.data_size = entry->d_un.d_val; break;
            default: break;
        }
    }
    return out;
}

auto holds_address(std::uint64_t type) -> bool {
#if defined(__x86_64__)
    return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT || type == R_X86_64_64;
#else
    return type == R_AARCH64_JUMP_SLOT || type == R_AARCH64_GLOB_DAT || type == R_AARCH64_ABS64;
#endif
}

// Read-only since it was relocated, mostly.
void write_address(void** at, void* value) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(at) / page * page;
    if (::mprotect(at_address<void>(begin), page, PROT_READ | PROT_WRITE) == 0) {
        *at = value;
    }
}

auto entries(const Elf64_Rela* list, std::size_t bytes) -> std::span<const Elf64_Rela> {
    return {list, list == nullptr ? 0 : bytes / sizeof(Elf64_Rela)};
}

auto rewrite(
    const link_map& map, const tables& in, std::span<const Elf64_Rela> list,
    const std::vector<redirection>& to
) -> std::size_t {
    std::size_t out = 0;
    for (const auto& one : list) {
        if (!holds_address(ELF64_R_TYPE(one.r_info))) {
            continue;
        }
        const char* const name = in.names + in.symbols[ELF64_R_SYM(one.r_info)].st_name;
        const auto found = std::ranges::find_if(to, [name](const redirection& each) {
            return std::strcmp(each.name, name) == 0;
        });
        if (found != to.end()) {
            write_address(at_address<void*>(map.l_addr + one.r_offset), found->to);
            ++out;
        }
    }
    return out;
}

auto redirect_in(const link_map& map, const std::vector<redirection>& to) -> std::size_t {
    const auto in = read(map);
    if (in.symbols == nullptr || in.names == nullptr) {
        return 0;
    }
    return rewrite(map, in, entries(in.calls, in.calls_size), to) +
           rewrite(map, in, entries(in.data, in.data_size), to);
}

}  // namespace

auto redirect_calls(const void* address, const std::vector<redirection>& to) -> std::size_t {
    Dl_info info{};
    link_map* map = nullptr;
    if (::dladdr1(address, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0 ||
        map == nullptr) {
        return 0;
    }
    return redirect_in(*map, to);
}

auto redirect_library(std::string_view name, const std::vector<redirection>& to) -> std::size_t {
    void* const handle = ::dlopen(std::string(name).c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr) {
        return 0;
    }
    link_map* map = nullptr;
    std::size_t out = 0;
    if (::dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 && map != nullptr) {
        out = redirect_in(*map, to);
    }
    ::dlclose(handle);
    return out;
}

}  // namespace tenon::host::conformance
