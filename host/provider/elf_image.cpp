#include "provider/elf_image.hpp"

#include <algorithm>
#include <array>

namespace tenon::host {
namespace {

constexpr std::size_t most_segments = 128;
constexpr std::size_t most_dynamic = 4096;
constexpr std::uint64_t most_symbols = 1U << 20U;

}  // namespace

auto elf_image::read(const Elf64_Ehdr& header) -> bool {
    if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 ||
        header.e_phnum > most_segments) {
        return false;
    }
    for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
        const auto segment = at<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
        if (!segment) {
            return false;
        }
        const bool within = segment->p_offset <= bytes_.size() &&
                            segment->p_filesz <= bytes_.size() - segment->p_offset;
        if (!within || (segment->p_type == PT_LOAD && segment->p_filesz > segment->p_memsz)) {
            return false;
        }
        segments_.push_back(*segment);
    }
    const auto is_dynamic = [](const Elf64_Phdr& one) { return one.p_type == PT_DYNAMIC; };
    const auto found = std::ranges::find_if(segments_, is_dynamic);
    return std::ranges::count_if(segments_, is_dynamic) == 1 && read_dynamic(*found);
}

auto elf_image::read_dynamic(const Elf64_Phdr& segment) -> bool {
    // The loader goes by the address: where it differs from the file's offset, we would judge other
    // bytes than it uses.
    if (offset_of(segment.p_vaddr) != segment.p_offset) {
        return false;
    }
    for (std::uint64_t i = 0; i < most_dynamic; ++i) {
        if ((i + 1) * sizeof(Elf64_Dyn) > segment.p_filesz) {
            return false;
        }
        const auto entry = at<Elf64_Dyn>(segment.p_offset + i * sizeof(Elf64_Dyn));
        if (!entry) {
            return false;
        }
        if (entry->d_tag == DT_NULL) {
            return true;
        }
        dynamic_.push_back(*entry);
    }
    return false;
}

auto elf_image::value(std::int64_t tag) const -> std::optional<std::uint64_t> {
    const auto found = std::find_if(dynamic_.rbegin(), dynamic_.rend(), [tag](const auto& one) {
        return one.d_tag == tag;
    });
    return found == dynamic_.rend() ? std::nullopt
                                    : std::optional<std::uint64_t>(found->d_un.d_val);
}

auto elf_image::offset_of(std::uint64_t address) const -> std::optional<std::uint64_t> {
    for (const auto& segment : segments_) {
        if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
            address - segment.p_vaddr < segment.p_filesz) {
            return segment.p_offset + (address - segment.p_vaddr);
        }
    }
    return std::nullopt;
}

auto elf_image::text(std::uint64_t offset) const -> std::optional<std::string> {
    const auto table = value(DT_STRTAB);
    const auto size = value(DT_STRSZ);
    const auto start = table ? offset_of(*table) : std::nullopt;
    if (!start || !size || offset >= *size || *start > bytes_.size() ||
        *size > bytes_.size() - *start) {
        return std::nullopt;
    }
    const auto left = bytes_.substr(*start + offset, *size - offset);
    const auto end = left.find('\0');
    return end == std::string_view::npos ? std::nullopt
                                         : std::optional(std::string(left.substr(0, end)));
}

// The last symbol that a chain reaches, and one. What no chain reaches can't be looked up.
auto elf_image::count_by_gnu_hash(std::uint64_t address) const -> std::optional<std::uint64_t> {
    const auto start = offset_of(address);
    const auto header = start ? at<std::array<std::uint32_t, 4>>(*start) : std::nullopt;
    if (!header) {
        return std::nullopt;
    }
    const auto [buckets, first, bloom_words, shift] = *header;
    const std::uint64_t bucket_at = *start + sizeof *header + std::uint64_t{bloom_words} * 8;
    const std::uint64_t chain_at = bucket_at + std::uint64_t{buckets} * 4;
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < buckets; ++i) {
        const auto bucket = at<std::uint32_t>(bucket_at + i * 4);
        if (!bucket || (*bucket != 0 && *bucket < first)) {
            return std::nullopt;
        }
        last = std::max<std::uint64_t>(last, *bucket);
    }
    if (last == 0) {
        return first;
    }
    while (true) {
        const auto hash = at<std::uint32_t>(chain_at + (last - first) * 4);
        if (!hash || last > most_symbols) {
            return std::nullopt;
        }
        ++last;
        if ((*hash & 1U) != 0) {
            return last;
        }
    }
}

auto elf_image::symbol_count() const -> std::optional<std::uint64_t> {
    const auto gnu = value(DT_GNU_HASH);
    const auto classic = value(DT_HASH);
    if (!gnu && !classic) {
        return std::nullopt;
    }
    std::uint64_t count = 0;
    if (gnu) {
        const auto counted = count_by_gnu_hash(*gnu);
        if (!counted) {
            return std::nullopt;
        }
        count = *counted;
    }
    if (classic) {
        const auto start = offset_of(*classic);
        const auto chains = start ? at<std::uint32_t>(*start + 4) : std::nullopt;
        if (!chains) {
            return std::nullopt;
        }
        count = std::max<std::uint64_t>(count, *chains);
    }
    return count <= most_symbols ? std::optional(count) : std::nullopt;
}

auto elf_image::symbols() const -> std::optional<std::vector<Elf64_Sym>> {
    const auto table = value(DT_SYMTAB);
    const auto start = table ? offset_of(*table) : std::nullopt;
    const auto count = symbol_count();
    if (!start || !count) {
        return std::nullopt;
    }
    std::vector<Elf64_Sym> out;
    for (std::uint64_t i = 0; i < *count; ++i) {
        const auto symbol = at<Elf64_Sym>(*start + i * sizeof(Elf64_Sym));
        if (!symbol) {
            return std::nullopt;
        }
        out.push_back(*symbol);
    }
    return out;
}

}  // namespace tenon::host
