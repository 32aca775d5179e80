#include "mutation.hpp"

#include <cstring>

namespace {

constexpr unsigned mark_size = 16;

}  // namespace

// Volatile: what it says is not known before the file was patched.
// NOLINTBEGIN(modernize-avoid-c-arrays): bytes of the file
extern const volatile char tenon_mutation[64];
const volatile char tenon_mutation[64] = "TENON-MUTATION: none";
// NOLINTEND(modernize-avoid-c-arrays)

auto mutant::is(const char* mutation) noexcept -> bool {
    const volatile char* at = tenon_mutation + mark_size;
    while (*mutation != '\0' && *at == *mutation) {
        ++at;
        ++mutation;
    }
    return *at == *mutation;
}
