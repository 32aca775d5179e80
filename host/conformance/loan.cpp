#include "conformance/loan.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace tenon::host::conformance {
namespace {

constexpr int filler = 0xA5;

auto page() -> std::size_t {
    static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

}  // namespace

loan::~loan() {
    for (const auto& one : blocks_) {
        if (one.mapped == 0) {
            delete[] static_cast<char*>(one.base);
        } else {
            ::munmap(one.base, one.mapped);
        }
    }
}

auto loan::room(placement where, std::size_t size) -> char* {
    if (where == placement::heap) {
        char* const base = new char[size + 1];
        base[size] = '\0';
        blocks_.push_back({base, 0, base, size});
        return base;
    }
    const auto body = (size + page() - 1) / page() * page();
    void* const base =
        ::mmap(nullptr, body + page(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED || ::mprotect(static_cast<char*>(base) + body, page(), PROT_NONE) != 0) {
        throw std::bad_alloc();
    }
    char* const at = static_cast<char*>(base) + body - size;
    blocks_.push_back({base, body + page(), at, size});
    return at;
}

auto loan::put(placement where, const void* from, std::size_t known, std::size_t size) -> void* {
    char* const at = room(where, size);
    std::memset(at, filler, size);
    std::memcpy(at, from, std::min(known, size));
    return at;
}

auto loan::text(std::string_view from) -> tenon_str {
    if (from.empty()) {
        return {texts_ == placement::heap ? "" : nullptr, 0};
    }
    char* const at = room(texts_, from.size());
    std::memcpy(at, from.data(), from.size());
    return {at, from.size()};
}

auto loan::list(const std::vector<key_value>& from) -> tenon_kvs {
    if (from.empty()) {
        return {nullptr, 0};
    }
    std::vector<tenon_kv> items;
    items.reserve(from.size());
    for (const auto& item : from) {
        items.push_back({text(item.key), text(item.value), item.flags, 0});
    }
    const auto size = items.size() * sizeof(tenon_kv);
    return {static_cast<const tenon_kv*>(put(texts_, items.data(), size, size)), items.size()};
}

void loan::take_back() {
    for (const auto& one : blocks_) {
        std::memset(one.at, filler, one.size);
        if (one.mapped != 0) {
            ::mprotect(one.base, one.mapped, PROT_NONE);
        }
    }
}

}  // namespace tenon::host::conformance
