#include "provider/elf_reader.hpp"

#include "provider/elf_image.hpp"

#include <tenon/plugin.h>

#include <algorithm>
#include <array>

namespace tenon::host {
namespace {

#if defined(__x86_64__)
constexpr std::uint16_t our_machine = EM_X86_64;
constexpr std::string_view our_machine_name = "x86-64";
#elif defined(__aarch64__)
constexpr std::uint16_t our_machine = EM_AARCH64;
constexpr std::string_view our_machine_name = "aarch64";
#endif

auto refuse(std::string message) -> error {
    return fail(errc::invalid_request, std::move(message));
}

auto check_header(const Elf64_Ehdr& header) -> result<void> {
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        return refuse("not an ELF file; a plugin is a shared object (.so)");
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
        return refuse(
            "not a 64-bit little-endian object; build the plugin for " +
            std::string(our_machine_name)
        );
    }
    if (header.e_machine != our_machine) {
        return refuse(
            "built for ELF machine " + std::to_string(header.e_machine) + ", and this host is " +
            std::string(our_machine_name) + " (" + std::to_string(our_machine) +
            "): build the plugin for it"
        );
    }
    if (header.e_type != ET_DYN || header.e_version != EV_CURRENT) {
        return refuse(
            "ELF type " + std::to_string(header.e_type) +
            " where a shared object (3) is expected: link with -shared"
        );
    }
    return {};
}

auto check_segments(const elf_image& image) -> result<void> {
    bool stack_known = false;
    for (const auto& segment : image.segments()) {
        const bool executable = (segment.p_flags & PF_X) != 0;
        if (segment.p_type == PT_INTERP) {
            return refuse("an executable, not a shared object: link with -shared");
        }
        if (segment.p_type == PT_LOAD && executable && (segment.p_flags & PF_W) != 0) {
            return refuse(
                "a segment is writable and executable at once; link without -z execstack, -N or -z "
                "norelro"
            );
        }
        if (segment.p_type == PT_GNU_STACK) {
            stack_known = !executable;
        }
    }
    if (!stack_known) {
        return refuse(
            "asks for an executable stack (or says nothing about it); link with -z noexecstack"
        );
    }
    return {};
}

auto check_flags(const elf_image& image) -> result<void> {
    const auto flags = image.value(DT_FLAGS).value_or(0);
    const auto flags_1 = image.value(DT_FLAGS_1).value_or(0);
    if (image.value(DT_TEXTREL) || (flags & DF_TEXTREL) != 0) {
        return refuse("has text relocations; compile with -fPIC");
    }
    if (image.value(DT_RPATH) || image.value(DT_RUNPATH)) {
        return refuse("has an RPATH or RUNPATH; link without -rpath");
    }
    constexpr std::array<std::int64_t, 4> loaders_of_others{
        DT_AUDIT, DT_DEPAUDIT, DT_FILTER, DT_AUXILIARY};
    for (const auto tag : loaders_of_others) {
        if (image.value(tag)) {
            return refuse(
                "names an auditor or is a filter of another library; link without those options"
            );
        }
    }
    if ((flags_1 & DF_1_NODELETE) != 0) {
        return refuse("is linked with -z nodelete, and could never be unloaded; link without it");
    }
    if ((flags_1 & DF_1_PIE) != 0) {
        return refuse("an executable, not a shared object: link with -shared");
    }
    return {};
}

auto may_need(std::string_view name) -> bool {
    constexpr std::array<std::string_view, 6> plain{
        "libc.so.6",
        "libm.so.6",
        "libstdc++.so.6",
        "libgcc_s.so.1",
        "ld-linux-x86-64.so.2",
        "ld-linux-aarch64.so.1"};
#ifdef TENON_SANITIZED
    constexpr std::array<std::string_view, 4> runtimes{
        "libasan.so.", "libubsan.so.", "libtsan.so.", "libclang_rt."};
    const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
    if (std::ranges::any_of(runtimes, begins)) {
        return true;
    }
#endif
    return std::ranges::find(plain, name) != plain.end();
}

auto check_needed(const elf_image& image) -> result<void> {
    for (const auto& entry : image.dynamic()) {
        if (entry.d_tag != DT_NEEDED) {
            continue;
        }
        const auto name = image.text(entry.d_un.d_val);
        if (!name) {
            return refuse("its list of needed libraries is cut off; build the plugin again");
        }
        if (!may_need(*name)) {
            return refuse(
                "needs '" + *name +
                "'; a plugin may need only libc, libm, libstdc++, libgcc_s and the loader: link "
                "the rest in statically"
            );
        }
    }
    return {};
}

auto is_defined(const Elf64_Sym& symbol) -> bool {
    const auto binding = ELF64_ST_BIND(symbol.st_info);
    const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
    return symbol.st_shndx != SHN_UNDEF &&
           (binding == STB_GLOBAL || binding == STB_WEAK || binding == STB_GNU_UNIQUE) &&
           visibility != STV_HIDDEN && visibility != STV_INTERNAL;
}

// What another major's entry is called, its number; otherwise nothing.
auto other_major(std::string_view name) -> std::optional<std::string> {
    constexpr std::string_view stem = "tenon_plugin_entry_v";
    if (!name.starts_with(stem) || name == TENON_PLUGIN_ENTRY) {
        return std::nullopt;
    }
    return std::string(name.substr(stem.size()));
}

auto judge_exports(const std::vector<std::string>& names) -> result<void> {
    if (std::ranges::find(names, TENON_PLUGIN_ENTRY) == names.end()) {
        for (const auto& name : names) {
            if (const auto major = other_major(name)) {
                return refuse(
                    "the plugin speaks ABI " + *major + ", this host " +
                    std::to_string(TENON_ABI_MAJOR) +
                    ": take a build of the plugin for this ABI, or a host for that one"
                );
            }
        }
        return refuse("does not export " TENON_PLUGIN_ENTRY
                      ": not a plugin of this host's, or its entry is hidden");
    }
    for (const auto& name : names) {
        if (name != TENON_PLUGIN_ENTRY) {
            return refuse(
                "exports '" + name +
                "' beside " TENON_PLUGIN_ENTRY
                "; only that one is expected: hide the rest (tenon_add_plugin does, by a linker "
                "version script)"
            );
        }
    }
    return {};
}

// The defined symbols that others can see.
auto visible_symbols(const elf_image& image)
    -> result<std::vector<std::pair<std::string, unsigned char>>> {
    const auto symbols = image.symbols();
    if (!symbols) {
        return refuse("its symbol table is missing or cut off; build the plugin again");
    }
    std::vector<std::pair<std::string, unsigned char>> out;
    for (const auto& symbol : *symbols) {
        if (!is_defined(symbol)) {
            continue;
        }
        auto name = image.text(symbol.st_name);
        if (!name) {
            return refuse("a symbol's name is cut off; build the plugin again");
        }
        out.emplace_back(std::move(*name), ELF64_ST_BIND(symbol.st_info));
    }
    return out;
}

auto check_unique(const elf_image& image) -> result<void> {
    const auto symbols = visible_symbols(image);
    if (symbols.has_error()) {
        return symbols.error();
    }
    for (const auto& [name, binding] : *symbols) {
        if (binding == STB_GNU_UNIQUE) {
            return refuse(
                "has the STB_GNU_UNIQUE symbol '" + name +
                "', which would pin it in memory for ever; build with -fno-gnu-unique and a linker "
                "version script "
                "(tenon_add_plugin does)"
            );
        }
    }
    return {};
}

auto check_exports(const elf_image& image) -> result<void> {
    const auto symbols = visible_symbols(image);
    if (symbols.has_error()) {
        return symbols.error();
    }
    std::vector<std::string> names;
    for (const auto& [name, binding] : *symbols) {
        if (binding != STB_GNU_UNIQUE) {
            names.push_back(name);
        }
    }
    return judge_exports(names);
}

auto judge(const elf_image& image, file_rule rule) -> result<void> {
    switch (rule) {
        case file_rule::form: return {};
        case file_rule::hardening: return check_segments(image);
        case file_rule::flags: return check_flags(image);
        case file_rule::needed: return check_needed(image);
        case file_rule::unique: return check_unique(image);
        case file_rule::exports: return check_exports(image);
    }
    return {};
}

// Its form: whatever else is asked of it.
auto read_image(std::string_view bytes) -> result<elf_image> {
    elf_image image(bytes);
    const auto header = image.at<Elf64_Ehdr>(0);
    if (!header) {
        return refuse("too short for an ELF file; a plugin is a shared object (.so)");
    }
    if (auto checked = check_header(*header); checked.has_error()) {
        return checked.error();
    }
    if (!image.read(*header)) {
        return refuse(
            "its program headers or its dynamic section are cut off or damaged; copy or build the "
            "plugin again"
        );
    }
    return image;
}

}  // namespace

auto check_plugin_file(std::string_view bytes, file_rule rule) -> result<void> {
    const auto image = read_image(bytes);
    return image.has_error() ? result<void>(image.error()) : judge(*image, rule);
}

auto check_plugin_file(std::string_view bytes) -> result<void> {
    const auto image = read_image(bytes);
    if (image.has_error()) {
        return image.error();
    }
    for (const auto rule :
         {file_rule::hardening, file_rule::flags, file_rule::needed, file_rule::unique,
          file_rule::exports}) {
        if (auto checked = judge(*image, rule); checked.has_error()) {
            return checked;
        }
    }
    return {};
}

}  // namespace tenon::host
