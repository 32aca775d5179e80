// The ABI's own structs, made of a message: what is read points into its bytes. One reader judges
// an action or a descriptor then, whether it came from memory or over the wire.
#pragma once

#include "provider/abi_reader.hpp"
#include "provider/wire.hpp"

#include <tenon/descriptor.h>
#include <tenon/operation.h>

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

[[nodiscard]] auto as_str(std::string_view text) -> tenon_str;

// Key, value and flags of each, as the wire has them; any container of tenon_kv or key_value.
template <class Pair>
void put_pair(wire_writer& to, const Pair& pair) {
    to.text(pair.key);
    to.text(pair.value);
    to.number(pair.flags);
}

inline void put_pairs(wire_writer& to, const std::vector<key_value>& pairs) {
    to.number(pairs.size());
    for (const auto& pair : pairs) {
        put_pair(to, pair);
    }
}

// Keeps the lists that structs point to; addresses stay good as long as it lives.
class wire_lists {
  public:
    auto pairs(wire_reader& from) -> tenon_kvs;
    auto texts(wire_reader& from) -> tenon_strs;

  private:
    std::deque<std::vector<tenon_kv>> pairs_;
    std::deque<std::vector<tenon_str>> texts_;
};

// An array of growable structs and of pointers to them.
template <class T>
class wire_array {
  public:
    template <class Read>
    void read(wire_reader& from, std::size_t least, Read one) {
        const auto count = from.count(least);
        items_.reserve(count);
        for (std::size_t i = 0; i < count && from.ok(); ++i) {
            T item{};
            item.struct_size = sizeof item;
            one(from, item);
            items_.push_back(item);
        }
        for (const auto& item : items_) {
            pointers_.push_back(&item);
        }
    }
    [[nodiscard]] auto data() const -> const T* const* { return pointers_.data(); }
    [[nodiscard]] auto size() const -> std::size_t { return pointers_.size(); }

  private:
    std::vector<T> items_;
    std::vector<const T*> pointers_;
};

}  // namespace tenon::host
