#include "conformance/sanitized.hpp"

#include "provider/elf_image.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace tenon::host::conformance {
namespace {

constexpr auto once = "TENON_CONFORMANCE_RUNTIME";

// The runtime among the libraries that it needs; empty: none.
auto runtime_of(const std::filesystem::path& plugin) -> std::string {
    std::ifstream file(plugin, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    elf_image image(bytes);
    const auto header = image.at<Elf64_Ehdr>(0);
    if (!header || !image.read(*header)) {
        return {};
    }
    for (const auto& entry : image.dynamic()) {
        const auto name = entry.d_tag == DT_NEEDED ? image.text(entry.d_un.d_val) : std::nullopt;
        if (name && (name->starts_with("libasan.so") || name->starts_with("libtsan.so"))) {
            return *name;
        }
    }
    return {};
}

auto is_loaded(const std::string& library) -> bool {
    void* const handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (handle != nullptr) {
        ::dlclose(handle);
    }
    return handle != nullptr;
}

}  // namespace

auto is_sanitized(std::string_view bytes) -> bool {
    elf_image image(bytes);
    const auto header = image.at<Elf64_Ehdr>(0);
    if (!header || !image.read(*header)) {
        return false;
    }
    const auto symbols = image.symbols();
    constexpr std::array<std::string_view, 3> begins{"__asan_", "__ubsan_", "__tsan_"};
    return symbols && std::ranges::any_of(*symbols, [&](const Elf64_Sym& symbol) {
               const auto name = image.text(symbol.st_name).value_or("");
               return std::ranges::any_of(begins, [&](std::string_view begin) {
                   return name.starts_with(begin);
               });
           });
}

auto preloaded_runtime() -> std::string {
    const char* const name = ::getenv(once);  // NOLINT(concurrency-mt-unsafe): there is one thread
    return name == nullptr ? "" : name;
}

void run_again_with_runtime(const std::filesystem::path& plugin, const char* const* argv) {
    // NOLINTBEGIN(concurrency-mt-unsafe): there is one thread
    const auto runtime = runtime_of(plugin);
    if (runtime.empty() || is_loaded(runtime) || ::getenv(once) != nullptr) {
        return;
    }
    ::setenv(once, runtime.c_str(), 1);
    ::setenv("LD_PRELOAD", runtime.c_str(), 1);
    // NOLINTEND(concurrency-mt-unsafe)
    ::execv("/proc/self/exe", const_cast<char* const*>(argv));
}

}  // namespace tenon::host::conformance
