// Reads what a plugin hands out: copied at once, within the sizes that it states, nothing believed.
#pragma once

#include <tenon/base.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tenon::host {

struct key_value {
    std::string key, value;
    std::uint32_t flags = 0;  // TENON_KV_…
};

// Collects the first departure from the contract; everything read after that is empty. Where a name
// is given it is a literal that says which field it is, for the message.
class abi_reader {
  public:
    static constexpr std::size_t max_text = TENON_MAX_TEXT;    // of one string
    static constexpr std::size_t max_bytes = TENON_MAX_BODY;   // of one body
    static constexpr std::size_t max_count = TENON_MAX_ITEMS;  // of any list
    static constexpr std::uint32_t max_struct = TENON_MAX_STRUCT;

    [[nodiscard]] auto ok() const noexcept -> bool { return problem_.empty(); }
    [[nodiscard]] auto problem() const noexcept -> const std::string& { return problem_; }
    void broke(std::string_view name, std::string_view what);

    // What this host does not know is refused now, so that a later version can give it a meaning:
    // flags beyond the known bits, and reserved fields that are not 0.
    void flags(std::uint64_t value, std::uint64_t known, std::string_view name);
    void reserved(std::uint32_t value, std::string_view name);

    // UTF-8 without NUL.
    auto text(const tenon_str& from, std::string_view name) -> std::string;
    auto bytes(const tenon_str& from, std::string_view name) -> std::string;
    auto texts(const tenon_strs& from, std::string_view name) -> std::vector<std::string>;
    auto pairs(const tenon_kvs& from, std::string_view name) -> std::vector<key_value>;

    // A growable struct: as much of it as its struct_size states, the rest zero.
    template <class T>
    auto structure(const T* from, std::string_view name) -> T {
        static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0);
        T out{};
        const auto size = stated_size(from, name);
        if (size != 0) {
            std::memcpy(static_cast<void*>(&out), from, std::min(size, sizeof(T)));
        }
        return out;
    }

    // An array of pointers to growable structs; read(T) is called with a copy of each.
    template <class T, class Read>
    void structures(const T* const* from, std::size_t count, std::string_view name, Read read) {
        if (!list(from, count, name)) {
            return;
        }
        for (std::size_t i = 0; i < count && ok(); ++i) {
            const T one = structure(from[i], name);
            if (ok()) {
                read(one);
            }
        }
    }

  private:
    auto stated_size(const void* from, std::string_view name) -> std::size_t;
    auto span(const tenon_str& from, std::size_t most, std::string_view name) -> std::string_view;
    auto list(const void* items, std::size_t count, std::string_view name) -> bool;

    std::string problem_;
};

}  // namespace tenon::host
