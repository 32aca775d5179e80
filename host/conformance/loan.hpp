// What a host lends to a plugin for the time of a call.
#pragma once

#include "provider/abi_reader.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace tenon::host::conformance {

enum class placement {
    heap,     // kind: every text ends in NUL all the same
    page_end  // each ends where a page without access begins
};

// Owns what it lends until it goes. Not for two threads at once.
class loan {
  public:
    loan(placement texts, placement structs) : texts_(texts), structs_(structs) {}
    ~loan();
    loan(const loan&) = delete;
    auto operator=(const loan&) -> loan& = delete;

    auto text(std::string_view from) -> tenon_str;
    auto list(const std::vector<key_value>& from) -> tenon_kvs;
    // `size` bytes: the struct's own as far as they reach, behind them 0xA5.
    template <class T>
    auto structure(const T& from, std::size_t size) -> T* {
        return static_cast<T*>(put(structs_, &from, sizeof from, size));
    }

    // Overwrites everything, and makes what lies at page ends inaccessible: who reads it now reads
    // what was taken back.
    void take_back();

  private:
    struct block {
        void* base;
        std::size_t mapped;  // 0: of the heap
        char* at;
        std::size_t size;
    };
    auto put(placement where, const void* from, std::size_t known, std::size_t size) -> void*;
    auto room(placement where, std::size_t size) -> char*;

    placement texts_, structs_;
    std::vector<block> blocks_;
};

}  // namespace tenon::host::conformance
