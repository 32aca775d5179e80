// An ELF64 shared object as the dynamic loader sees it: program headers and the dynamic section.
// Bounds-checked.
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tenon::host {

class elf_image {
  public:
    explicit elf_image(std::string_view bytes) : bytes_(bytes) {}

    // The struct at an offset of the file, or nothing if it does not lie within.
    template <class T>
    [[nodiscard]] auto at(std::uint64_t offset) const -> std::optional<T> {
        static_assert(std::is_trivially_copyable_v<T>);
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) {
            return std::nullopt;
        }
        T out;
        std::memcpy(&out, bytes_.data() + offset, sizeof(T));
        return out;
    }

    // Reads the program headers and the dynamic section; false if they are cut off or contradict
    // themselves.
    [[nodiscard]] auto read(const Elf64_Ehdr& header) -> bool;

    [[nodiscard]] auto segments() const -> const std::vector<Elf64_Phdr>& { return segments_; }
    [[nodiscard]] auto dynamic() const -> const std::vector<Elf64_Dyn>& { return dynamic_; }
    // The value of the last entry of that tag: the one that the loader goes by.
    [[nodiscard]] auto value(std::int64_t tag) const -> std::optional<std::uint64_t>;
    // All symbols that the hash tables reach; nothing if a table is cut off or there is none.
    [[nodiscard]] auto symbols() const -> std::optional<std::vector<Elf64_Sym>>;
    // A text of the dynamic string table; nothing if it is cut off.
    [[nodiscard]] auto text(std::uint64_t offset) const -> std::optional<std::string>;

  private:
    [[nodiscard]] auto offset_of(std::uint64_t address) const -> std::optional<std::uint64_t>;
    [[nodiscard]] auto read_dynamic(const Elf64_Phdr& segment) -> bool;
    [[nodiscard]] auto symbol_count() const -> std::optional<std::uint64_t>;
    [[nodiscard]] auto count_by_gnu_hash(std::uint64_t address) const
        -> std::optional<std::uint64_t>;

    std::string_view bytes_;
    std::vector<Elf64_Phdr> segments_;
    std::vector<Elf64_Dyn> dynamic_;
};

}  // namespace tenon::host
