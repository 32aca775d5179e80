#include "provider/abi_reader.hpp"

#include "base/utf8.hpp"

namespace tenon::host {

void abi_reader::broke(std::string_view name, std::string_view what) {
    if (problem_.empty()) {
        problem_ = std::string(name) + ": " + std::string(what);
    }
}

void abi_reader::flags(std::uint64_t value, std::uint64_t known, std::string_view name) {
    if ((value & ~known) != 0) {
        broke(
            name, "bits that this host does not know (" + std::to_string(value & ~known) +
                      "): leave them 0, or upgrade the host"
        );
    }
}

void abi_reader::reserved(std::uint32_t value, std::string_view name) {
    if (value != 0) {
        broke(name, "a reserved field is " + std::to_string(value) + "; it must be 0");
    }
}

auto abi_reader::stated_size(const void* from, std::string_view name) -> std::size_t {
    if (!ok()) {
        return 0;
    }
    if (from == nullptr) {
        broke(name, "a null pointer where a struct is expected");
        return 0;
    }
    std::uint32_t size = 0;
    std::memcpy(&size, from, sizeof size);
    // Sizes are multiples of 8: any other would cut a field in two.
    if (size < 8 || size % 8 != 0 || size > max_struct) {
        broke(
            name, "struct_size is " + std::to_string(size) +
                      "; expected sizeof of the struct as it was compiled"
        );
        return 0;
    }
    return size;
}

auto abi_reader::list(const void* items, std::size_t count, std::string_view name) -> bool {
    if (!ok()) {
        return false;
    }
    if (count > max_count) {
        broke(
            name,
            std::to_string(count) + " items; at most " + std::to_string(max_count) + " are allowed"
        );
    } else if (count != 0 && items == nullptr) {
        broke(name, "a null pointer with a count of " + std::to_string(count));
    }
    return ok();
}

auto abi_reader::span(const tenon_str& from, std::size_t most, std::string_view name)
    -> std::string_view {
    if (!ok() || from.len == 0) {
        return {};
    }
    if (from.len > most) {
        broke(
            name,
            std::to_string(from.len) + " bytes; at most " + std::to_string(most) + " are allowed"
        );
        return {};
    }
    if (from.ptr == nullptr) {
        broke(name, "a null pointer with a length of " + std::to_string(from.len));
        return {};
    }
    return {from.ptr, from.len};
}

auto abi_reader::text(const tenon_str& from, std::string_view name) -> std::string {
    const auto view = span(from, max_text, name);
    if (!is_text(view)) {
        broke(name, "not UTF-8 text without NUL");
        return {};
    }
    return std::string(view);
}

auto abi_reader::bytes(const tenon_str& from, std::string_view name) -> std::string {
    return std::string(span(from, max_bytes, name));
}

auto abi_reader::texts(const tenon_strs& from, std::string_view name) -> std::vector<std::string> {
    std::vector<std::string> out;
    if (list(from.items, from.count, name)) {
        out.reserve(from.count);
        for (std::size_t i = 0; i < from.count; ++i) {
            out.push_back(text(from.items[i], name));
        }
    }
    return out;
}

auto abi_reader::pairs(const tenon_kvs& from, std::string_view name) -> std::vector<key_value> {
    std::vector<key_value> out;
    if (list(from.items, from.count, name)) {
        out.reserve(from.count);
        for (std::size_t i = 0; i < from.count; ++i) {
            const auto& item = from.items[i];
            flags(item.flags, TENON_KV_SECRET | TENON_KV_TEMPLATE | TENON_KV_JSON, name);
            reserved(item.reserved, name);
            out.push_back({text(item.key, name), text(item.value, name), item.flags});
        }
    }
    return out;
}

}  // namespace tenon::host
