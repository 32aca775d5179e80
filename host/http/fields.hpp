// The header fields of a request, kept in one block of text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::host {

// Compares as RFC 9110 5.1 compares field names: ASCII letters in either case are the same.
[[nodiscard]] auto equal_ignoring_case(std::string_view left, std::string_view right) noexcept
    -> bool;

// Fields in the order in which they came, duplicates included. Clearing keeps the memory, so that a
// connection's later requests allocate nothing. Views into it live until it is changed, moved or
// destroyed.
class header_fields {
  public:
    void add(std::string_view name, std::string_view value);
    void clear() noexcept;

    // The first value of that name, in any case; empty if there is none (see has()).
    [[nodiscard]] auto find(std::string_view name) const noexcept -> std::string_view;
    [[nodiscard]] auto has(std::string_view name) const noexcept -> bool;
    // How many fields have that name: more than one Authorization is the sender's mistake, or an
    // attack.
    [[nodiscard]] auto count(std::string_view name) const noexcept -> std::size_t;
    // Every value of that name, in order.
    [[nodiscard]] auto all(std::string_view name) const -> std::vector<std::string_view>;

    [[nodiscard]] auto size() const noexcept -> std::size_t { return entries_.size(); }
    // Name and value of the index-th field; index < size().
    [[nodiscard]] auto at(std::size_t index) const noexcept
        -> std::pair<std::string_view, std::string_view>;
    // Frees the memory that a large request left behind.
    void shrink();

  private:
    struct entry {
        std::uint32_t offset;
        std::uint32_t name_size;
        std::uint32_t value_size;
    };

    std::string text_;
    std::vector<entry> entries_;
};

}  // namespace tenon::host
